#!/usr/bin/env python3
"""A browser of WebKitGTK that keeps its profile: MiniBrowser under automation forgets everything when it ends.

Started with a profile folder; takes commands as lines of JSON on its standard input and answers each
by a line on its standard output: {"id", "result"} or {"id", "error"}. What happens by itself is
told by lines of its own: {"event", ...}.
"""

import json
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("Soup", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gdk, Gio, GLib, Gtk, Soup, WebKit2  # noqa: E402

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
        self.visitors = {}
        self.popups = 0

    def visitor(self, done, visitor):
        """Somebody whose tabs share a storage of their own, which ends with them."""
        context = WebKit2.WebContext.new_ephemeral()
        context.set_preferred_languages(["en-GB"])
        content = WebKit2.UserContentManager()
        content.register_script_message_handler("ear")
        content.connect(
            "script-message-received::ear",
            lambda _, message: tell("heard", visitor=visitor, text=message.get_js_value().to_string()),
        )
        self.visitors[visitor] = (context, content)
        done(None)

    def script(self, done, visitor, source):
        """Runs `source` in every page of the visitor's ahead of the page's own scripts."""
        _, content = self.visitors[visitor]
        frames, time = WebKit2.UserContentInjectedFrames.ALL_FRAMES, WebKit2.UserScriptInjectionTime.START
        content.add_script(WebKit2.UserScript.new(source, frames, time, None, None))
        done(None)

    def open(self, done, tab, visitor=None):
        if visitor is None:
            self.show(tab, WebKit2.WebView(web_context=self.context))
        else:
            context, content = self.visitors[visitor]
            self.follow(tab, WebKit2.WebView(web_context=context, user_content_manager=content), visitor)
        done(None)

    def show(self, tab, view):
        """A tab is a window of its own: all are visible, as in no other engine."""
        window = Gtk.Window(default_width=1000, default_height=700)
        window.add(view)
        window.show_all()
        self.tabs[tab] = view

    def follow(self, tab, view, visitor):
        """Shows a tab, and tells where it goes and which others it opens."""
        view.connect("notify::uri", lambda view, _: tell("moved", tab=tab, url=view.get_uri()))

        def create(opener, _):
            self.popups -= 1
            _, content = self.visitors[visitor]
            popup = WebKit2.WebView(related_view=opener, user_content_manager=content)
            self.follow(self.popups, popup, visitor)
            tell("opened", visitor=visitor, opener=tab, tab=self.popups)
            return popup

        view.connect("create", create)
        # A menu would take the input of all tabs.
        view.connect("context-menu", lambda *_: True)
        self.show(tab, view)

    def cookies(self, done, visitor):
        context, _ = self.visitors[visitor]
        manager = context.get_website_data_manager().get_cookie_manager()

        def got(manager, result):
            cookies = manager.get_all_cookies_finish(result)
            policies = {Soup.SameSitePolicy.LAX: "Lax", Soup.SameSitePolicy.STRICT: "Strict"}
            done(
                json.dumps(
                    [
                        {
                            "name": it.get_name(),
                            "value": it.get_value(),
                            "sameSite": policies.get(it.get_same_site_policy(), "None"),
                        }
                        for it in cookies
                    ]
                )
            )

        manager.get_all_cookies(None, got)

    def leave(self, done, visitor, tabs):
        for tab in tabs:
            if tab in self.tabs:
                self.tabs.pop(tab).get_toplevel().destroy()
        del self.visitors[visitor]
        done(None)

    def click(self, done, tab, x, y, button):
        """Moves the pointer and clicks, by events as GDK would give them."""
        view = self.tabs[tab]
        view.get_toplevel().present()
        pointer = Gdk.Display.get_default().get_default_seat().get_pointer()
        for kind, state in (
            (Gdk.EventType.MOTION_NOTIFY, 0),
            (Gdk.EventType.BUTTON_PRESS, 0),
            (Gdk.EventType.BUTTON_RELEASE, Gdk.ModifierType(1 << (7 + button))),
        ):
            event = Gdk.Event.new(kind)
            part = event.motion if kind == Gdk.EventType.MOTION_NOTIFY else event.button
            part.window = view.get_window()
            part.x, part.y = x, y
            part.x_root, part.y_root = x, y
            part.time = int(GLib.get_monotonic_time() / 1000) & 0xFFFFFFFF
            part.state = Gdk.ModifierType(state)
            if kind != Gdk.EventType.MOTION_NOTIFY:
                part.button = button
            event.set_device(pointer)
            Gtk.main_do_event(event)
        done(None)

    def go(self, done, tab, url, until="FINISHED"):
        view = self.tabs[tab]
        self.when_loaded(view, done, until)
        view.load_uri(url)

    def reload(self, done, tab):
        view = self.tabs[tab]
        self.when_loaded(view, done, "FINISHED")
        view.reload()

    def when_loaded(self, view, done, until):
        """A page that was still loading ends with an event of its own, until the new one takes its place."""
        wanted = getattr(WebKit2.LoadEvent, until)
        came = []

        def changed(view, event):
            is_next = event == (WebKit2.LoadEvent.COMMITTED if came else WebKit2.LoadEvent.STARTED)
            if is_next or (len(came) == 2 and event == WebKit2.LoadEvent.FINISHED):
                came.append(event)
            if len(came) > 1 and came[-1] >= wanted:
                view.disconnect(handler)
                done(None)

        handler = view.connect("load-changed", changed)

    def front(self, done, tab):
        self.tabs[tab].get_toplevel().present()
        done(None)

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


def tell(event, **about):
    print(json.dumps({"event": event, **about}), flush=True)


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
