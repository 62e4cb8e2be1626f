// Vite as it comes: without any setting of ours.

import { build } from "vite";

await build({ logLevel: "warn" });
