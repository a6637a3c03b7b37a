/** Made by scripts/one-language.ts. */
declare module 'virtual:words' {
  type Words = Record<string, (inputs: object) => string>;
  /** By language: the words that walls say, and the words that only other screens say. */
  export const wall: Record<string, () => Promise<Words>>;
  export const rest: Record<string, () => Promise<Words>>;
}
