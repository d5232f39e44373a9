# Finds a Java of at least version 17. Sourced by the launchers; sets JAVA_CMD and JAVA_MAJOR, or ends the script.
# Looks at JAVA_HOME, then PATH, then the usual places. Give "jdk" as first argument to insist on a compiler as well.

# The major version of the Java installed in directory $1, or nothing. Reads the release file: no JVM is started for it.
java_major_of() {
  [ -x "$1/bin/java" ] || return 0
  if [ -r "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([^"]*\)".*/\1/p' "$1/release")
  else
    version=$("$1/bin/java" -version 2>&1 | sed -n '1s/.*version "\([^"]*\)".*/\1/p')
  fi
  major=${version%%[!0-9]*}
  [ "$major" = 1 ] && major=8
  echo "$major"
}

# Takes directory $1 if it will do.
java_try() {
  [ -n "$1" ] || return 1
  candidate=$(java_major_of "$1")
  [ -n "$candidate" ] || return 1
  if [ "$candidate" -lt 17 ]; then
    java_seen="$java_seen
  $1 is Java $candidate"
    return 1
  fi
  if [ "$java_need" = jdk ] && [ ! -x "$1/bin/javac" ]; then
    java_seen="$java_seen
  $1 has no compiler (bin/javac)"
    return 1
  fi
  JAVA_CMD=$1/bin/java
  JAVA_MAJOR=$candidate
}

java_find() {
  java_need=$1
  java_seen=
  java_try "${JAVA_HOME:-}" && return 0
  on_path=$(command -v java 2>/dev/null) && {
    on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
    java_try "${on_path%/bin/java}" && return 0
  }
  for directory in /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/java/*; do
    java_try "$directory" && return 0
  done
  {
    if [ "$java_need" = jdk ]; then what="JDK"; else what="Java"; fi
    echo "curia: no $what of version 17 or newer found. Looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt/java.$java_seen"
    echo "Install one (Debian: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME."
  } >&2
  return 1
}
