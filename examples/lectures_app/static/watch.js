// Plays the private playlist: CloudFront's cookies have to go with every request, also to another host.
"use strict";

const video = document.querySelector("video");
const status = document.querySelector("[role=status]");

if (Hls.isSupported()) {
  const player = new Hls({ xhrSetup: (request) => { request.withCredentials = true; } });
  player.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    player.destroy();
    status.textContent = "The video is not let through any more: log in again.";
  });
  player.loadSource(video.dataset.playlist);
  player.attachMedia(video);
} else {
  video.crossOrigin = "use-credentials"; // Safari plays HLS by itself
  video.src = video.dataset.playlist;
}
