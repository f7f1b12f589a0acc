import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "coverage/", "artifacts/", "tests/vectors/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Interfaces that promise a Promise are implemented by methods that need not await anything.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ["**/*.js", "**/*.mjs", "**/*.cjs"],
    languageOptions: {
      globals: Object.fromEntries(
        ["process", "console", "URL", "Buffer", "fetch", "TextDecoder"].map((name) => [name, "readonly"]),
      ),
    },
  },
  {
    // Runs in a browser.
    files: ["examples/*/public/*.js"],
    languageOptions: {
      globals: Object.fromEntries(
        ["document", "navigator", "atob", "setTimeout", "clearTimeout"].map((name) => [name, "readonly"]),
      ),
    },
  },
  { files: ["**/*.cjs"], languageOptions: { globals: { require: "readonly", module: "writable" } } },
);
