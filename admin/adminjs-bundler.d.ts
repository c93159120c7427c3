/** AdminJS publishes this entry point without types. */
declare module 'adminjs/bundler' {
  interface Bundler {
    setInputOption(name: string, value: unknown): Bundler
    setOutputOption(name: string, value: unknown): Bundler
    createEntry(options: { dir: string; content: string }): Promise<void>
    build(): Promise<void>
  }
  export const componentsBundler: Bundler
}
