#!/bin/sh
# Run a command as it runs in a container: nothing can be written but DATA, which is /mnt there
# (DATA:ro: not that either), and an empty /tmp; /proc shows processes only; a user without rights.
# For root.
#
#     read_only.sh UID DATA PYTHON_HOME COMMAND ARGUMENT…
set -eu
if [ "$1" != inside ]; then
  exec unshare --mount --propagation private sh "$0" inside "$@"
fi
uid=$2 data=$3 home=$4
shift 4
case "$home" in
  /root/*) # an interpreter that only root reaches, in this namespace everybody does
    mount -t tmpfs -o size=4k,mode=0755 tmpfs /media
    mkdir /media/python
    mount --bind "$home" /media/python
    mount -t tmpfs -o size=64k,mode=0755 tmpfs /root
    mkdir -p "$home"
    mount --bind /media/python "$home"
    mount -o remount,bind,ro "$home"
    umount /media/python /media
    mount -o remount,ro /root
    ;;
esac
mount --bind "${data%:ro}" /mnt
case "$data" in *:ro) mount -o remount,bind,ro /mnt ;; esac
case "$PWD/" in /tmp/*) echo "this copy of the project lies in /tmp" >&2; exit 1 ;; esac
mount -t tmpfs -o size=1m,mode=1777,noexec tmpfs /tmp
mount -o remount,bind,ro /
mount -t proc -o subset=pid,hidepid=invisible proc /proc
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups --no-new-privs --bounding-set -all "$@"
