/// <reference types="sillage/script" />

interface ImportMeta {
  readonly env: { readonly VITE_SITE: string; readonly VITE_COLLECTOR: string };
}
