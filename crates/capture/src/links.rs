//! Where a click leads: to a file, out of the site, to a mail program or a telephone.

use sillage_protocol::limits::MAX_TEXT_CHARS;
use sillage_text::redact::redact_url;
use sillage_text::text::{cut, end_of, slice};

use crate::members::Members;
use crate::options::Links;
use crate::{Captured, Shell};

/// Endings of files that are downloads where the site names none.
pub(crate) const EXTENSIONS: &str = "7z,apk,avi,csv,dmg,doc,docx,epub,exe,gz,ics,iso,jar,key,mkv,mov,mp3,mp4,msi,numbers,\
     ods,odt,pages,pdf,pkg,ppt,pptx,rar,rtf,tar,tgz,txt,wav,wma,wmv,xls,xlsx,xml,zip";

/// A link that was followed.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// Its address, unredacted and complete.
    pub url: &'a str,
    /// Whether the page says that it is a download.
    pub is_download: bool,
}

/// Records what following `link` from the page at `page` is, besides a click; most links are nothing more.
pub(crate) fn followed(page: &str, link: Link<'_>, links: &Links, shell: &mut dyn Shell) {
    let url = redact_url(link.url);
    let mut props = Members::default();
    let scheme = slice(&url, 0, end_of(url.as_bytes(), 0, b":"));
    let name = if matches!(scheme, "mailto" | "tel" | "sms") {
        if !links.contacts {
            return;
        }
        props.text("channel", scheme);
        "contact_link_clicked"
    } else if matches!(scheme, "http" | "https") || link.is_download {
        let file = file_name(&url);
        let extension = extension_of(file);
        let is_outbound = matches!(scheme, "http" | "https") && !is_same_site(page, &url, links);
        let is_file = link.is_download || is_any(extension, &links.extensions);
        if is_file && !links.extensions.is_empty() {
            props.text("url", &url);
            props.text("fileName", cut(file, MAX_TEXT_CHARS));
            props.text("fileExtension", &extension.to_ascii_lowercase());
            props.flag("isOutbound", is_outbound);
            "file_downloaded"
        } else if is_outbound && links.outbound {
            props.text("url", &url);
            props.text("hostname", host_of(&url));
            "outbound_link_clicked"
        } else {
            return;
        }
    } else {
        return;
    };
    shell.record(Captured {
        name,
        props: &props.finish(),
        ago_ms: 0,
        is_activity: true,
        follows_click: true,
    });
}

/// The last piece of the path.
fn file_name(url: &str) -> &str {
    let end = end_of(url.as_bytes(), 0, b"?#");
    let start = end_of(url.as_bytes(), 0, b":") + 3;
    let path = slice(url, start, end);
    let mut after = path;
    let mut has_path = false;
    loop {
        let at = end_of(after.as_bytes(), 0, b"/");
        if at == after.len() {
            return if has_path { after } else { "" };
        }
        has_path = true;
        after = slice(after, at + 1, after.len());
    }
}

/// What stands behind a file's last dot.
fn extension_of(file: &str) -> &str {
    let mut after = file;
    let mut extension = "";
    loop {
        let at = end_of(after.as_bytes(), 0, b".");
        if at == after.len() {
            return extension;
        }
        after = slice(after, at + 1, after.len());
        extension = after;
    }
}

/// Host and port of an address without user name, in the form that browsers give it.
fn host_of(url: &str) -> &str {
    let start = end_of(url.as_bytes(), 0, b":") + 3;
    slice(url, start, end_of(url.as_bytes(), start, b"/?#:"))
}

/// Whether both addresses are of one site: one host but for `www.`, or a host of the site's own list, or
/// below one.
fn is_same_site(page: &str, url: &str, links: &Links) -> bool {
    let host = host_of(url);
    bare(host) == bare(host_of(page))
        || links.own_hosts.iter().any(|own| {
            let below = host.len().saturating_sub(own.len());
            slice(host, below, host.len()).eq_ignore_ascii_case(own)
                && (below == 0 || slice(host, below - 1, below) == ".")
        })
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

fn is_any(word: &str, words: &[String]) -> bool {
    words.iter().any(|it| it.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_name() {
        for (url, file, extension) in [
            ("https://a.test/x/list.PDF?v=1#p", "list.PDF", "PDF"),
            ("https://a.test/archive.tar.gz", "archive.tar.gz", "gz"),
            ("https://a.test/x/", "", ""),
            ("https://a.test/x", "x", ""),
            ("https://a.test", "", ""),
            ("https://a.test?x=/y.pdf", "", ""),
        ] {
            assert_eq!(file_name(url), file, "{url}");
            assert_eq!(extension_of(file), extension, "{url}");
        }
    }

    #[test]
    fn hosts_are_compared_as_people_take_them() {
        let links = Links {
            own_hosts: vec!["b.test".into()],
            ..Links::default()
        };
        let page = "https://www.a.test/x";
        for (url, is_same) in [
            ("https://a.test/", true),
            ("http://www.a.test:8080?x", true),
            ("https://shop.b.test/", true),
            ("https://B.test".to_ascii_lowercase().as_str(), true),
            ("https://evilb.test/", false),
            ("https://c.a.test/", false),
            ("https://c.test/?https://a.test/", false),
        ] {
            assert_eq!(is_same_site(page, url, &links), is_same, "{url}");
        }
    }
}
