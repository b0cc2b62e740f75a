#!/bin/sh
# Makes the media that the examples and the demo stream, from ffmpeg's own test sources: nobody else's picture or sound.
# The results are checked in; run this only to change them. The same ffmpeg gives the same bytes every time.
# Needs: ffmpeg with libx264. Writes next to itself, and replaces what is there.
set -eu
cd "$(dirname "$0")"

# testsrc2 moves and counts, so that a player which stalls or skips can be seen to.
picture() { printf 'testsrc2=size=%s:rate=25:duration=%s' "$1" "$2"; }
# A tone with a beep a second: sound that is out of step with the picture's counter can be heard.
sound() { printf 'sine=frequency=330:beep_factor=4:sample_rate=48000:duration=%s' "$1"; }

# yuv420p and the baseline and main profiles, because every player decodes them (x264 left alone makes 4:4:4 of RGB).
# One thread and bitexact, because a thread more gives other bytes, and so does a version or a date in the file.
# A key frame every 2 s (50 frames) and nowhere else, because a segment and a seek can only begin at one.
ffmpeg_quiet() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }
video="-c:v libx264 -pix_fmt yuv420p -preset veryslow -threads 1 -g 50 -keyint_min 50 -sc_threshold 0"
audio="-c:a aac -ac 1 -ar 48000 -b:a 24k"
exact="-map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"

rm -rf hls posters lecture.mp4 lecture.flv
mkdir -p posters hls

# faststart puts the index before the media, so that playing begins before the download ends.
# shellcheck disable=SC2086  # the options are lists on purpose
ffmpeg_quiet -f lavfi -i "$(picture 416x234 10)" -f lavfi -i "$(sound 10)" \
    $video -profile:v main -tag:v avc1 -crf 39 $audio $exact -movflags +faststart lecture.mp4

# What RTMP players of 2011 asked for. Copied, because FLV carries the very same H.264 and AAC.
# shellcheck disable=SC2086
ffmpeg_quiet -i lecture.mp4 -c copy $exact lecture.flv

# From the middle of a second, where the counter is easy to read.
# shellcheck disable=SC2086
ffmpeg_quiet -ss 4.5 -i lecture.mp4 -frames:v 1 -c:v mjpeg -pix_fmt yuvj420p -q:v 9 $exact posters/lecture.jpg

# Two qualities of one picture. The rates are capped (maxrate), because a player chooses by the BANDWIDTH that the
# master playlist promises. Every URI is relative: the same files work under any host name.
# shellcheck disable=SC2086
ffmpeg_quiet -f lavfi -i "$(picture 416x234 12)" -f lavfi -i "$(sound 12)" \
    -filter_complex '[0:v]split=2[high][small];[small]scale=256:144:flags=bicubic+bitexact[low]' \
    -map '[high]' -map 1:a -map '[low]' -map 1:a $video $audio \
    -profile:v:0 main -crf:v:0 39 -maxrate:v:0 120k -bufsize:v:0 240k \
    -profile:v:1 baseline -crf:v:1 40 -maxrate:v:1 50k -bufsize:v:1 100k \
    $exact -f hls -hls_time 2 -hls_playlist_type vod -hls_flags independent_segments \
    -hls_segment_type fmp4 -hls_fmp4_init_filename init_%v.mp4 -hls_segment_filename 'hls/%v/part%02d.m4s' \
    -master_pl_name master.m3u8 -var_stream_map 'v:0,a:0,name:234p v:1,a:1,name:144p' 'hls/%v/index.m3u8'

# 600 KB is what the repository has room for.
total=$(find . -type f ! -name '*.sh' ! -name '*.md' -exec cat {} + | wc -c)
echo "made $total bytes in $(find . -type f ! -name '*.sh' ! -name '*.md' | wc -l) files"
[ "$total" -le 614400 ] || { echo "error: more than 600 KB; raise -crf" >&2; exit 1; }
