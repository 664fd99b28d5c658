/** Which way a camera looks, in the words of `MediaTrackConstraints`. */
export type Facing = "user" | "environment";

/** A camera that is on, and the video element that plays it. */
export interface Camera {
  readonly stream: MediaStream;
  readonly video: HTMLVideoElement;
  /** It looks at the user, who expects a mirror. */
  readonly isMirror: boolean;
}

/**
 * Turn a camera on.
 *
 * @throws Error in words for the page's user.
 */
export async function openCamera(facing: Facing): Promise<Camera> {
  if (!window.isSecureContext || navigator.mediaDevices === undefined) {
    throw new Error("Browsers give the camera only to pages served over https (or from localhost).");
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: facing }, width: { ideal: 640 }, height: { ideal: 480 } },
      audio: false,
    });
    return await play(stream);
  } catch (error) {
    throw new Error(explainCameraError(error), { cause: error });
  }
}

/** Turn a camera off: its light goes out. */
export function closeCamera({ stream, video }: Camera): void {
  stream.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
}

/** Whether there is another camera to switch to; known once one was allowed. */
export async function hasSeveralCameras(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput").length > 1;
}

/** Say what went wrong and what to do about it. */
export function explainCameraError(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  switch (name) {
    case "NotAllowedError":
      return (
        "The camera was refused. Allow it for this page in the browser's settings (the sign " +
        "beside the address), then start again. A photo works without it."
      );
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera was found on this device. Choose a photo instead.";
    case "NotReadableError":
    case "AbortError":
      return "The camera is in use by another app. Close that app, then start again.";
    default:
      return `The camera could not be started: ${message}`;
  }
}

async function play(stream: MediaStream): Promise<Camera> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true; // iOS would open a player otherwise
  video.srcObject = stream;
  await video.play();
  const facing = stream.getVideoTracks()[0]?.getSettings().facingMode;
  return { stream, video, isMirror: facing !== "environment" };
}
