import { Analytics } from "./analytics";

export const metadata = { title: "Bundled", icons: "data:," };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <Analytics />
        {children}
      </body>
    </html>
  );
}
