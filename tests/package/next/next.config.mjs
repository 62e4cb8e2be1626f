export default {
  // Not the folder above, where another lock file may lie.
  turbopack: { root: process.cwd() },
  ...(process.env.EXPORT ? { output: "export" } : {}),
};
