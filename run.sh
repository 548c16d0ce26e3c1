#!/usr/bin/env -S PWD=/proc/self/cwd bash
# Builds what changed, and starts the program with all arguments. In a folder that "publish" has made it starts the program that is there.
#   ./run.sh [VERB] OPTIONS           ./run.sh --help
#   ./run.sh test [FILTER]            builds with all checks and runs all tests
#   ./run.sh publish --out DIR        makes a folder that runs where neither the .NET SDK nor packages are
#   ./run.sh prepare [PACKAGE...]     builds, and installs packages of the system: mpich (ranks), iproute2 (lab),
#                                     chromium-headless-shell (the test of the report page)
# A command that finds one of those missing calls "prepare" by itself. COMPRESSION_TORCH=cuda builds for CUDA devices.
set -euo pipefail

# The value of PWD above keeps bash itself from complaining of a working folder that is gone. An exported CDPATH makes cd print.
unset CDPATH
# Files that are opened would take the place of streams that are closed, and the first to do so is this script.
is_closed() { [[ ! -e /dev/fd/$1 || /dev/fd/$1 -ef ${BASH_SOURCE[0]} ]]; }
! is_closed 0 || exec < /dev/null
! is_closed 1 || exec > /dev/null
! is_closed 2 || exec 2> /dev/null

say() { printf '%s\n' "$*" >&2; }
fail() { local code=$1; shift; say "error: $*"; exit "$code"; }

{ here=$(pwd -P) && cd "$here"; } 2> /dev/null || fail 2 "the working folder is gone; change to another one, then start again."

script=${BASH_SOURCE[0]}
while [[ -L $script ]]; do
    target=$(readlink "$script")
    [[ $target == /* ]] && script=$target || script=$(dirname "$script")/$target
done
root=$(cd "$(dirname "$script")" && pwd -P)

artifacts=$root/artifacts
program=$artifacts/bin/Compression.Experiments/release/Compression.Experiments
built=$artifacts/.built
published=$root/published.json

# What the program asks for (OpenFileLimit): with less, neither the SDK nor the runtime gets far enough to say so.
least_files=256
if [[ $(ulimit -Sn) != unlimited ]] && (($(ulimit -Sn) < least_files)); then
    ulimit -Sn $least_files 2> /dev/null ||
        fail 3 "a process may open $(ulimit -Hn) files here, and a run needs $least_files; raise the limit: ulimit -n $least_files, or nofile in /etc/security/limits.conf."
fi

# The SDK needs no ICU, which a small system lacks: neither it nor the program knows of languages.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export COMPRESSION_ROOT=$root

# --- The machine -------------------------------------------------------------------------------------------------------------

has_dotnet() { command -v dotnet > /dev/null && dotnet --list-sdks 2> /dev/null | grep -q '^1[0-9]\.'; }

# True when there is nothing to install for one of the packages by Debian's name.
has_package() {
    case $1 in
        dotnet-sdk-10.0) has_dotnet ;;
        mpich) command -v mpiexec > /dev/null || command -v mpiexec.mpich > /dev/null || command -v mpiexec.openmpi > /dev/null ;;
        iproute2) command -v ip > /dev/null ;;
        git) command -v git > /dev/null ;;
        chromium-headless-shell) command -v chromium-headless-shell > /dev/null ;;
        *) fail 2 "prepare $1: no such package here; there are mpich, iproute2, chromium-headless-shell." ;;
    esac
}

# Installs those of the named packages that are not here. Starts at the same time wait for each other.
install_packages() {
    local name
    local -a packages=() elevate=()
    mkdir -p "$artifacts"
    exec 8> "$artifacts/.packages"
    flock 8
    for name in "$@"; do
        has_package "$name" || packages+=("$name")
    done

    if ((${#packages[@]} == 0)); then
        exec 8>&-
        return
    fi

    command -v apt-get > /dev/null ||
        fail 3 "missing: ${packages[*]} (Debian's names); install them with this system's package manager, then start again."
    if ((EUID != 0)); then
        command -v sudo > /dev/null || fail 3 "missing: ${packages[*]}; as root: apt-get install --no-install-recommends ${packages[*]}"
        elevate=(sudo)
    fi

    say "Installing ${packages[*]} (once, by apt-get)"
    local log=$artifacts/packages.log variable
    # sudo drops the proxy's address along with the rest of the environment.
    local -a as_root=("${elevate[@]}" env DEBIAN_FRONTEND=noninteractive)
    for variable in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [[ -n ${!variable:-} ]] && as_root+=("$variable=${!variable}")
    done

    "${as_root[@]}" apt-get update > "$log" 2>&1 8>&- 9>&- || true
    if [[ " ${packages[*]} " == *' dotnet-sdk-10.0 '* ]] && ! apt-cache show dotnet-sdk-10.0 > /dev/null 2>&1; then
        fail 3 "missing: the .NET SDK 10, which apt does not have here; install it as https://learn.microsoft.com/dotnet/core/install/linux says, then start again."
    fi

    if ! "${as_root[@]}" apt-get install --yes --no-install-recommends "${packages[@]}" >> "$log" 2>&1 8>&- 9>&-; then
        grep -E '^(E|Err|W):' "$log" | tail -n 5 >&2 || true
        fail 3 "apt-get could not install ${packages[*]} (all of it in $log); install them by hand, then start again."
    fi

    exec 8>&-
}

# --- The build ---------------------------------------------------------------------------------------------------------------

# What the last build was for, cpu or cuda; empty where there was none.
built_device() {
    local device=
    [[ ! -s $built ]] || read -r device < "$built"
    printf '%s' "$device"
}

# True when a source is newer than the last build, or one was taken away (which dates its folder), or the device is another.
is_stale() {
    [[ -x $program && -s $built ]] || return 0
    [[ -z ${COMPRESSION_TORCH:-} || $COMPRESSION_TORCH == "$(built_device)" ]] || return 0
    [[ -n $(find "$root" \( -path "$artifacts" -o -path "$root/.git" -o -path "$root/runs" -o -path "$root/docs" -o -path "$root/tests" \
        -o -name bin -o -name obj -o -path "$root/datasets" \) -prune -o \
        \( -type d -o -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name 'global.json' -o -name '*.proto' \
        -o -name '*.css' -o -name '*.js' -o -name '*.ttf' \) -newer "$built" ! -path "$root" -print -quit) ]]
}

# Ends the compiler that was started for a build, by the name of its pipe. (Written so that grep does not find itself.)
stop_compiler() {
    local file
    for file in $(grep -lzsx -- "[-]pipename:$1" /proc/[0-9]*/cmdline || true); do
        kill "${file//[^0-9]/}" 2> /dev/null || true
    done
}

# The device to build for: the one that is asked for, else that of the last build.
device_to_build() {
    local device=${COMPRESSION_TORCH:-$(built_device)}
    printf '%s' "${device:-cpu}"
}

# Runs "dotnet build" or "dotnet publish" for a device. One compiler serves all projects (which newer SDKs do without nodes that stay only where
# it is asked for), and is stopped with the build: a server that stays would keep memory and the lock.
run_dotnet() {
    local compiler=compression-$$ verb=$1 device=$2 code=0
    shift 2
    dotnet "$verb" "$@" -c Release --nologo -v q -nodeReuse:false -p:UseSharedCompilation=true "-p:SharedCompilationId=$compiler" "-p:TorchDevice=$device" > "$artifacts/build.log" 2>&1 9>&- || code=$?
    stop_compiler "$compiler"
    return "$code"
}

# Says why a build failed: what the compiler says is shown only then.
fail_build() {
    local log=$artifacts/build.log
    if grep -qE 'NU1301|NU1101|NU1102|NU1100' "$log"; then
        grep -m 1 -oE 'error NU1[0-9]+: +[^[]*' "$log" >&2 || true
        fail 3 "the NuGet packages could not be fetched; check the network and the proxy (HTTPS_PROXY), or the feed that 'dotnet nuget list source' names."
    fi

    { grep -E 'error' "$log" || cat "$log"; } | sed "s# \[$root/.*##" | sort -u | head -n 30 >&2
    fail 1 "the build failed; all of it is in $log."
}

# Builds a project or the solution.
dotnet_build() {
    local device mark
    device=$(device_to_build)
    mark=$(mktemp "$artifacts/.mark.XXXXXX")
    printf '%s\n' "$device" > "$mark"
    if ! run_dotnet build "$device" "$@"; then
        rm -f "$mark"
        fail_build
    fi

    mv "$mark" "$built"
}

# The program alone, and without the checks, which are half of the time.
build_program() {
    say "Building (some 20 seconds, and on first use the time that the packages take)"
    dotnet_build "$root/experiments/Compression.Experiments.csproj" -p:Checks=false
}

# One start at a time prepares and builds; the others wait for it.
make_ready() {
    mkdir -p "$artifacts"
    exec 9> "$artifacts/.lock"
    flock 9
    if is_stale; then
        install_packages dotnet-sdk-10.0
        build_program
    fi

    exec 9>&-
}

# --- The environment ---------------------------------------------------------------------------------------------------------

set_environment() {
    # MPICH's transport would take the runtime's handler of SIGSEGV away.
    export UCX_ERROR_SIGNALS=""
    # An SDK in a folder of its own is known by the PATH alone; a published program has its runtime in it.
    if [[ ! -e $published && -z ${DOTNET_ROOT:-} && ! -e /etc/dotnet/install_location && ! -d /usr/share/dotnet && ! -d /usr/lib/dotnet ]]; then
        DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet || true)")")
        export DOTNET_ROOT
    fi

    # The runtime's door for debuggers is three files in the temporary folder, which a killed process leaves there.
    export DOTNET_EnableDiagnostics=${DOTNET_EnableDiagnostics:-0}

    # Profiles are not worth their cost in a start; code that is compiled ahead is taken as it is.
    export DOTNET_TieredPGO=${DOTNET_TieredPGO:-0}
}

# --- The tests ---------------------------------------------------------------------------------------------------------------

run_tests() {
    local filter=${1:-} results=$artifacts/test-results project name
    local passed=0 failed=0 skipped=0 broken=0
    # Two of MPI's jobs would take each other's segments of shared memory for ones that are left: these run one after another, all others beside them.
    local -a ranks=(Compression.Experiments.Tests Compression.Mpi.Tests) others=()
    rm -rf "$results"
    mkdir -p "$results"
    install_packages dotnet-sdk-10.0 mpich iproute2 git
    say "Building the tests"
    exec 9> "$artifacts/.lock"
    flock 9
    dotnet_build "$root/Compression.sln"
    exec 9>&-
    for project in "$root"/tests/*/*.Tests.csproj; do
        name=$(basename "$project" .csproj)
        [[ " ${ranks[*]} " == *" $name "* ]] || others+=("$name")
    done

    # As groups of processes of their own they end together, and take SIGINT as tests expect.
    set -m
    run_projects "${ranks[@]}" < /dev/null &
    run_projects "${others[@]}" < /dev/null &
    set +m
    trap 'kill -- $(jobs -p | sed s/^/-/) 2> /dev/null || true; exit 130' HUP INT TERM
    wait
    trap - HUP INT TERM
    for name in "${ranks[@]}" "${others[@]}"; do
        report_counters "$name" > /dev/null
    done

    if ((passed + failed + skipped + broken == 0)); then
        fail 2 "no test matches '$filter'; name a part of a test's full name, such as TopK."
    fi

    report_skips
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$((failed + broken))" "$skipped"
    ((failed + broken == 0))
}

# Runs the tests of projects one after another, and prints what fails and the counters of each.
run_projects() {
    local name log patience=1500
    for name in "$@"; do
        log=$results/$name.log
        if ! timeout --foreground "$patience" dotnet test "$root"/tests/*/"$name.csproj" -c Release --no-build --nologo -v q --results-directory "$results" \
            --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" ${filter:+--filter "$filter"} > "$log" 2>&1; then
            grep -vE '^\s*$|^Test run for|^VSTest|^A total of|^Starting test|^Results File:|^Failed!' "$log" || true
        fi

        report_counters "$name"
    done
}

# What skipped tests need, each with the number of tests that wait for it.
report_skips() {
    { grep -h -A 4 'outcome="NotExecuted"' "$results"/*.trx || true; } |
        sed -nE 's#.*<Message>(.*)</Message>.*#\1#p' | sort | uniq -c | sed -E 's/^ *([0-9]+) (.*)/skipped \1: \2/'
}

# Prints the counters of one project's results, and adds them to those of run_tests.
report_counters() {
    local name=$1 file=$results/$1.trx line p f t
    line=$(grep -m 1 '<Counters ' "$file" 2> /dev/null || true)
    if [[ -z $line ]]; then
        if grep -q 'No test matches' "$results/$name.log"; then
            return
        fi

        printf '%-34s did not run; see %s\n' "$name" "$results/$name.log"
        broken=$((broken + 1))
        return
    fi

    t=$(counter total "$line") p=$(counter passed "$line")
    f=$(($(counter failed "$line") + $(counter error "$line") + $(counter timeout "$line") + $(counter aborted "$line")))
    if ((t == 0)) && [[ -n ${filter:-} ]]; then
        return
    fi

    printf '%-34s %5d passed %4d failed %4d skipped\n' "$name" "$p" "$f" "$((t - p - f))"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + t - p - f))
}

counter() { [[ $2 =~ \ $1=\"([0-9]+)\" ]] && echo "${BASH_REMATCH[1]}" || echo 0; }

# -----------------------------------------------------------------------------------------------------------------------------

if [[ -e $published ]]; then
    case ${1:-} in
        test) fail 2 "test: a published folder has no tests; run ./run.sh test in the repository." ;;
        prepare) fail 2 "prepare: a published folder installs nothing; for ranks load the cluster's MPI, or as root: apt-get install mpich." ;;
        publish) fail 2 "publish: this folder is published already; copy it, or run ./run.sh publish --out DIR in the repository." ;;
    esac
    [[ -z ${COMPRESSION_TORCH:-} ]] || fail 2 "COMPRESSION_TORCH is for builds; unset it: a published folder has the devices of the libtorch that it finds."
    [[ $(uname -m) == x86_64 ]] || fail 3 "a published folder runs on x86-64 alone, and this machine is $(uname -m)."
    set_environment
    exec "$root/program/Compression.Experiments" "$@"
fi

case ${COMPRESSION_TORCH:-} in
    '' | cpu | cuda) ;;
    *) fail 2 "COMPRESSION_TORCH=$COMPRESSION_TORCH: it is cpu or cuda." ;;
esac

set_environment
if [[ ${1:-} == test ]]; then
    shift
    run_tests "$@"
    exit
fi

if [[ ${1:-} == publish ]]; then
    shift
    source "$root/experiments/publish.sh"
    publish "$@"
    exit
fi

if is_stale; then
    make_ready
fi

if [[ ${1:-} == prepare ]]; then
    shift
    install_packages "$@"
    exit
fi

exec "$program" "$@"
