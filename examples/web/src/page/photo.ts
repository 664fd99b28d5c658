/** Phones give no canvas for more pixels than this. */
const MOST_PIXELS = 16_000_000;

/**
 * Decode a picture, turned as its EXIF orientation says, without colour management (as
 * OpenCV does); made smaller if it is larger than a phone can handle.
 *
 * @throws Error in words for the page's user.
 */
export async function decodePhoto(file: Blob): Promise<ImageBitmap> {
  const options = { colorSpaceConversion: "none" } as const;
  let photo: ImageBitmap;
  try {
    photo = await createImageBitmap(file, options);
  } catch {
    throw new Error(
      "This file is not a picture that the browser can read, or too large a one. Save it as " +
        "JPEG or PNG of less than 100 megapixels and choose it again.",
    );
  }
  const scale = Math.sqrt(MOST_PIXELS / (photo.width * photo.height));
  return scale < 1 ? shrink(photo, scale) : photo;
}

async function shrink(photo: ImageBitmap, scale: number): Promise<ImageBitmap> {
  const smaller = await createImageBitmap(photo, {
    resizeWidth: Math.round(photo.width * scale),
    resizeHeight: Math.round(photo.height * scale),
    resizeQuality: "high",
  });
  photo.close();
  return smaller;
}
