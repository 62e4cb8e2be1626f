#!/usr/bin/env python3
"""A browser of WebKitGTK that keeps its profile: MiniBrowser under automation forgets everything when it ends.

Started with a profile folder; takes commands as lines of JSON on its standard input and answers each
by a line on its standard output: {"id", "result"} or {"id", "error"}.
"""

import json
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gio, GLib, Gtk, WebKit2  # noqa: E402

# GLib has them in different namespaces, by its version.
try:
    gi.require_version("GioUnix", "2.0")
    from gi.repository import GioUnix

    InputStream = GioUnix.InputStream
except (ValueError, ImportError):
    InputStream = Gio.UnixInputStream


class Browser:
    def __init__(self, profile):
        manager = WebKit2.WebsiteDataManager(
            base_data_directory=f"{profile}/data", base_cache_directory=f"{profile}/cache"
        )
        self.context = WebKit2.WebContext(website_data_manager=manager)
        cookies = manager.get_cookie_manager()
        cookies.set_persistent_storage(f"{profile}/cookies.sqlite", WebKit2.CookiePersistentStorage.SQLITE)
        self.tabs = {}

    def open(self, done, tab):
        """A tab is a window of its own: all are visible, as in no other engine."""
        view = WebKit2.WebView(web_context=self.context)
        window = Gtk.Window(default_width=1000, default_height=700)
        window.add(view)
        window.show_all()
        self.tabs[tab] = view
        done(None)

    def go(self, done, tab, url):
        view = self.tabs[tab]

        def changed(view, event):
            if event == WebKit2.LoadEvent.FINISHED:
                view.disconnect(handler)
                done(None)

        handler = view.connect("load-changed", changed)
        view.load_uri(url)

    def run(self, done, tab, body):
        """Runs the body of an asynchronous function, which returns a text, and gives it."""

        def ran(view, result):
            try:
                done(view.call_async_javascript_function_finish(result).to_string())
            except GLib.Error as error:
                done(None, error.message)

        self.tabs[tab].call_async_javascript_function(body, -1, None, None, None, None, ran)

    def close(self, done, tab):
        view = self.tabs.pop(tab)

        def closed(view):
            view.get_toplevel().destroy()
            done(None)

        view.connect("close", closed)
        view.try_close()

    def quit(self, done):
        done(None)
        Gtk.main_quit()


def answer(identity):
    def done(result, error=None):
        print(json.dumps({"id": identity, "result": result, "error": error}), flush=True)

    return done


def main():
    browser = Browser(sys.argv[1])
    commands = Gio.DataInputStream.new(InputStream.new(0, False))

    def read(stream, result):
        line, _ = stream.read_line_finish_utf8(result)
        if line is None:
            Gtk.main_quit()
            return
        command = json.loads(line)
        done = answer(command.pop("id"))
        try:
            getattr(browser, command.pop("name"))(done, **command)
        except Exception as error:  # Whatever it is, the test must hear of it.
            done(None, f"{type(error).__name__}: {error}")
        stream.read_line_async(GLib.PRIORITY_DEFAULT, None, read)

    commands.read_line_async(GLib.PRIORITY_DEFAULT, None, read)
    Gtk.main()


main()
