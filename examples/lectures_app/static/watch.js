// Plays the private playlist. Every request must carry CloudFront's cookies, also to another host.
"use strict";

const video = document.querySelector("video");
const status = document.querySelector("[role=status]");

if (Hls.isSupported()) {
  const player = new Hls({ xhrSetup: (request) => { request.withCredentials = true; } });
  player.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    player.destroy();
    status.textContent = "Your access has expired. Log in again.";
  });
  player.loadSource(video.dataset.playlist);
  player.attachMedia(video);
} else {
  video.crossOrigin = "use-credentials"; // Safari plays HLS without a library
  video.src = video.dataset.playlist;
}
