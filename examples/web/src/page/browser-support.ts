/** A function with one SIMD instruction, as a WebAssembly module. */
const SIMD_MODULE = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number and version
  ...[1, 4, 1, 0x60, 0, 0], // one type: no parameter, no result
  ...[3, 2, 1, 0], // one function of that type
  ...[10, 9, 1, 7, 0, 0x41, 0, 0xfd, 0x0f, 0x1a, 0x0b], // i8x16.splat of 0, dropped
]);

/** Say in words what this browser lacks; `null` if it has all that the page needs. */
export function missingFeature(): string | null {
  const hasSimd = typeof WebAssembly === "object" && WebAssembly.validate(SIMD_MODULE);
  const isComplete =
    hasSimd &&
    typeof Worker === "function" &&
    typeof OffscreenCanvas === "function" &&
    typeof createImageBitmap === "function";
  return isComplete
    ? null
    : "This browser is too old for this page. It needs Chrome or Edge 91, Firefox 105, " +
        "Safari 16.4 (iOS 16.4) or later: please update it.";
}
