#!/bin/sh
# Generates the media of the examples and the demo from ffmpeg's test sources.
# The results are checked in; run this only to change them. The same ffmpeg generates the same bytes.
# Needs ffmpeg with libx264. Writes into its own directory and replaces existing files.
set -eu
cd "$(dirname "$0")"

# testsrc2 moves and counts, so that stalls and skips are visible.
picture() { printf 'testsrc2=size=%s:rate=25:duration=%s' "$1" "$2"; }
# A tone with a beep per second, so that audio and video that are out of sync are audible.
sound() { printf 'sine=frequency=330:beep_factor=4:sample_rate=48000:duration=%s' "$1"; }

# yuv420p and the baseline and main profiles, because every player decodes them (x264 converts RGB to 4:4:4 by default).
# One thread and bitexact, because more threads, and a version or a date in the file, change the bytes.
# A key frame every 2 s (50 frames) and nowhere else, because segments and seeks start at key frames.
ffmpeg_quiet() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }
video="-c:v libx264 -pix_fmt yuv420p -preset veryslow -threads 1 -g 50 -keyint_min 50 -sc_threshold 0"
audio="-c:a aac -ac 1 -ar 48000 -b:a 24k"
exact="-map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"

rm -rf hls posters lecture.mp4 lecture.flv
mkdir -p posters hls

# faststart puts the index before the media, so that playback starts before the download ends.
# shellcheck disable=SC2086  # the options are lists on purpose
ffmpeg_quiet -f lavfi -i "$(picture 416x234 10)" -f lavfi -i "$(sound 10)" \
    $video -profile:v main -tag:v avc1 -crf 39 $audio $exact -movflags +faststart lecture.mp4

# The format of RTMP players in 2011. The streams are copied, because FLV can contain H.264 and AAC.
# shellcheck disable=SC2086
ffmpeg_quiet -i lecture.mp4 -c copy $exact lecture.flv

# From the middle of a second, where the counter is easy to read.
# shellcheck disable=SC2086
ffmpeg_quiet -ss 4.5 -i lecture.mp4 -frames:v 1 -c:v mjpeg -pix_fmt yuvj420p -q:v 9 $exact posters/lecture.jpg

# Two qualities of one video. The bit rates are limited (maxrate), because players choose by the BANDWIDTH in the
# master playlist. All URIs are relative, so the files work under any host name.
# shellcheck disable=SC2086
ffmpeg_quiet -f lavfi -i "$(picture 416x234 12)" -f lavfi -i "$(sound 12)" \
    -filter_complex '[0:v]split=2[high][small];[small]scale=256:144:flags=bicubic+bitexact[low]' \
    -map '[high]' -map 1:a -map '[low]' -map 1:a $video $audio \
    -profile:v:0 main -crf:v:0 39 -maxrate:v:0 120k -bufsize:v:0 240k \
    -profile:v:1 baseline -crf:v:1 40 -maxrate:v:1 50k -bufsize:v:1 100k \
    $exact -f hls -hls_time 2 -hls_playlist_type vod -hls_flags independent_segments \
    -hls_segment_type fmp4 -hls_fmp4_init_filename init_%v.mp4 -hls_segment_filename 'hls/%v/part%02d.m4s' \
    -master_pl_name master.m3u8 -var_stream_map 'v:0,a:0,name:234p v:1,a:1,name:144p' 'hls/%v/index.m3u8'

# Keep the repository small.
total=$(find . -type f ! -name '*.sh' ! -name '*.md' -exec cat {} + | wc -c)
echo "wrote $total bytes in $(find . -type f ! -name '*.sh' ! -name '*.md' | wc -l) files"
[ "$total" -le 614400 ] || { echo "error: more than 600 KB; raise -crf" >&2; exit 1; }
