// What the documentation's search looks at: the build makes its index by this, and the page reads it.

export const OPTIONS = { fields: ["page", "heading", "text"], storeFields: ["page", "heading", "url", "excerpt"] };
