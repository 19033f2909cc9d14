# Starts a command in a root of its own: programs, libraries and Java to read, an empty /tmp to write, and nothing else.
# It runs as root of fresh namespaces of mounts and processes; see Walls.
#
#   sh enclose.sh <mount point> <folder with jars> <JAVA_HOME> <size of /tmp> <command ...>
set -eu
root=$1 task=$2 java=$3 size=$4
shift 4

# A folder of the machine, to read only. What the machine forbids on it stays forbidden.
show() {
  mkdir -p "$2"
  mount --bind "$1" "$2" 2>/dev/null || mount --rbind "$1" "$2"
  mount -o remount,bind,ro,nosuid,nodev "$2" || mount -o remount,bind,ro "$2"
}

mount -t tmpfs -o mode=755,nosuid,nodev,size=1m root "$root"
for name in usr bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then
    ln -s "$(readlink "/$name")" "$root/$name"
  elif [ -d "/$name" ]; then
    show "/$name" "$root/$name"
  fi
done
for name in etc/alternatives etc/ld.so.cache etc/java-25-openjdk; do
  if [ -d "/$name" ]; then
    show "/$name" "$root/$name"
  elif [ -f "/$name" ]; then
    mkdir -p "$root/etc"
    cp "/$name" "$root/$name"
  fi
done
[ -d "$root$java" ] || show "$java" "$root$java"
show "$task" "$root/task"
mkdir -p "$root/etc" "$root/proc" "$root/dev" "$root/tmp" "$root/var" "$root/outside"
echo "nobody:x:$(id -u):$(id -g):nobody:/:/bin/sh" > "$root/etc/passwd"
ln -s ../tmp "$root/var/tmp"

for device in null zero full random urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o "mode=1777,nosuid,nodev,nr_inodes=16384,size=$size" tmp "$root/tmp"

cd "$root"
pivot_root . outside
umount -l /outside
rmdir /outside
mount -o remount,bind,ro,nosuid,nodev / || mount -o remount,ro /
cd /tmp
exec "$@"
