#!/usr/bin/env bash
# Prepares the machine on first use, builds what changed, and starts the program with all arguments.
#   ./run.sh [VERB] OPTIONS      ./run.sh --help
#   ./run.sh test [FILTER]       builds and runs all tests
set -euo pipefail

script=${BASH_SOURCE[0]}
while [[ -L $script ]]; do
    target=$(readlink "$script")
    [[ $target == /* ]] && script=$target || script=$(dirname "$script")/$target
done
root=$(cd "$(dirname "$script")" && pwd -P)

artifacts=$root/artifacts
program=$artifacts/bin/Compression.Experiments/release/Compression.Experiments
prepared=$artifacts/.prepared
built=$artifacts/.built

say() { printf '%s\n' "$*" >&2; }
fail() { local code=$1; shift; say "error: $*"; exit "$code"; }

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export COMPRESSION_ROOT=$root

# --- The machine -------------------------------------------------------------------------------------------------------------

torch_of_python() {
    command -v python3 > /dev/null && python3 - 2> /dev/null << 'PYTHON'
import importlib.util, os
spec = importlib.util.find_spec("torch")
home = os.path.dirname(spec.origin) if spec and spec.origin else ""
print(home if os.path.isdir(os.path.join(home, "include", "torch")) else "")
PYTHON
}

has_torch() {
    [[ -n ${TORCH_PATH:-} && -d $TORCH_PATH/lib ]] && return
    compgen -G '/usr/lib/*/libtorch.so' > /dev/null && [[ -e /usr/include/torch/csrc/api/include/torch/version.h ]] && return
    [[ -n $(torch_of_python) ]]
}

has_library() { compgen -G "/usr/lib/*/$1" > /dev/null || ldconfig -p 2> /dev/null | grep -q -- "${1##*/}"; }

# Names of the Debian packages that are not here yet.
missing_packages() {
    has_torch || echo libtorch-dev
    command -v g++ > /dev/null || echo g++
    command -v cmake > /dev/null || echo cmake
    command -v make > /dev/null || command -v ninja > /dev/null || echo make
    { command -v mpiexec.mpich > /dev/null && has_library 'libmpich.so.12*'; } ||
        { command -v mpiexec.openmpi > /dev/null && has_library 'libmpi.so.40*'; } || echo mpich
    has_library 'openblas-openmp/libblas.so.3' || [[ -n ${TORCH_PATH:-} ]] || echo libopenblas0-openmp
    command -v git > /dev/null || echo git
    command -v gnuplot > /dev/null || echo gnuplot-nox
    has_dotnet || echo dotnet-sdk-10.0
}

has_dotnet() { command -v dotnet > /dev/null && dotnet --list-sdks 2> /dev/null | grep -q '^1[0-9]\.'; }

prepare_machine() {
    local -a packages elevate=()
    mapfile -t packages < <(missing_packages)
    if ((${#packages[@]} == 0)); then
        return
    fi

    command -v apt-get > /dev/null ||
        fail 3 "missing: ${packages[*]} (Debian's names); install them with this system's package manager, then start again."
    if ((EUID != 0)); then
        command -v sudo > /dev/null || fail 3 "missing: ${packages[*]}; as root: apt-get install --no-install-recommends ${packages[*]}"
        elevate=(sudo)
    fi

    say "Installing ${packages[*]} (once, by apt-get)"
    local log=$artifacts/prepare.log variable
    # sudo drops the proxy's address along with the rest of the environment.
    local -a as_root=("${elevate[@]}" env DEBIAN_FRONTEND=noninteractive)
    for variable in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [[ -n ${!variable:-} ]] && as_root+=("$variable=${!variable}")
    done

    "${as_root[@]}" apt-get update > "$log" 2>&1 9>&- || true
    if [[ " ${packages[*]} " == *' dotnet-sdk-10.0 '* ]] && ! apt-cache show dotnet-sdk-10.0 > /dev/null 2>&1; then
        fail 3 "missing: the .NET SDK 10, which apt does not have here; install it as https://learn.microsoft.com/dotnet/core/install/linux says, then start again."
    fi

    if ! "${as_root[@]}" apt-get install --yes --no-install-recommends "${packages[@]}" >> "$log" 2>&1 9>&-; then
        grep -E '^(E|Err|W):' "$log" | tail -n 5 >&2 || true
        fail 3 "apt-get could not install ${packages[*]} (all of it in $log); install them by hand, then start again."
    fi
}

# --- The build ---------------------------------------------------------------------------------------------------------------

# True when a source is newer than the last build, or one was taken away (which dates its folder).
is_stale() {
    [[ -x $program && -e $built ]] || return 0
    [[ -n $(find "$root" \( -path "$artifacts" -o -path "$root/.git" -o -path "$root/runs" -o -path "$root/docs" -o -path "$root/tests" \
        -o -name bin -o -name obj -o -path "$root/datasets" \) -prune -o \
        \( -type d -o -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name 'global.json' \
        -o -path '*/native/*' \) -newer "$built" ! -path "$root" -print -quit) ]]
}

# Builds; what the compiler says is shown only where it fails. No server stays behind, which would keep memory and the lock.
dotnet_build() {
    local log=$artifacts/build.log
    if dotnet build "$@" -c Release --nologo -v q -nodeReuse:false -p:UseSharedCompilation=false > "$log" 2>&1 9>&-; then
        return
    fi

    if grep -qE 'NU1301|NU1101|NU1102|NU1100' "$log"; then
        grep -m 1 -oE 'error NU1[0-9]+: +[^[]*' "$log" >&2 || true
        fail 3 "the NuGet packages could not be fetched; check the network and the proxy (HTTPS_PROXY), or the feed that 'dotnet nuget list source' names."
    fi

    { grep -E 'error' "$log" || cat "$log"; } | sed "s# \[$root/.*##" | sort -u | head -n 30 >&2
    if grep -qE 'libtorch is missing|cmake is missing|CMAKE_CXX_COMPILER' "$log"; then
        fail 3 "the build lacks what is named above; install it, or remove $prepared and start again."
    fi

    fail 1 "the build failed; all of it is in $log."
}

build_program() {
    local mark
    mark=$(mktemp "$artifacts/.mark.XXXXXX")
    say "Building (about a minute on first use)"
    dotnet_build "$root/experiments/Compression.Experiments.csproj"
    mv "$mark" "$built"
}

# One start at a time prepares and builds; the others wait for it.
make_ready() {
    mkdir -p "$artifacts"
    exec 9> "$artifacts/.lock"
    flock 9
    if [[ ! -e $prepared || $root/run.sh -nt $prepared ]]; then
        prepare_machine
        touch "$prepared"
    fi

    if is_stale; then
        build_program
    fi

    exec 9>&-
}

# --- The environment ---------------------------------------------------------------------------------------------------------

set_environment() {
    local folder
    local -a libraries=()
    # OpenBLAS built for OpenMP shares one set of threads with libtorch; the pthread build spins a second one.
    for folder in /usr/lib/*/openblas-openmp; do
        [[ -d $folder ]] && libraries+=("$folder")
    done
    [[ -n ${TORCH_PATH:-} ]] && libraries+=("$TORCH_PATH/lib")
    if ((${#libraries[@]} > 0)); then
        LD_LIBRARY_PATH=$(IFS=:; echo "${libraries[*]}")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
        export LD_LIBRARY_PATH
    fi

    # MPICH's transport would take the runtime's handler of SIGSEGV away.
    export UCX_ERROR_SIGNALS=""
    # Profiles are not worth their cost in a start; code that is compiled ahead is taken as it is.
    export DOTNET_TieredPGO=${DOTNET_TieredPGO:-0}
}

# --- The tests ---------------------------------------------------------------------------------------------------------------

run_tests() {
    local filter=${1:-} results=$artifacts/test-results project name log
    local passed=0 failed=0 skipped=0 broken=0 patience=600
    rm -rf "$results"
    mkdir -p "$results"
    say "Building the tests"
    exec 9> "$artifacts/.lock"
    flock 9
    dotnet_build "$root/Compression.sln"
    exec 9>&-
    for project in "$root"/tests/*/*.Tests.csproj; do
        name=$(basename "$project" .csproj)
        log=$results/$name.log
        if ! timeout "$patience" dotnet test "$project" -c Release --no-build --nologo -v q --results-directory "$results" \
            --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" ${filter:+--filter "$filter"} > "$log" 2>&1; then
            grep -vE '^\s*$|^Test run for|^VSTest|^A total of|^Starting test|^Results File:|^Failed!' "$log" || true
        fi

        report_counters "$name"
    done

    if ((passed + failed + skipped + broken == 0)); then
        fail 2 "no test matches '$filter'; name a part of a test's full name, such as TopK."
    fi

    printf '%d passed, %d failed, %d skipped\n' "$passed" "$((failed + broken))" "$skipped"
    ((failed + broken == 0))
}

# Adds the counters of one project's results to those of run_tests, and prints them.
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

if [[ ! -e $prepared || $root/run.sh -nt $prepared ]] || is_stale; then
    make_ready
fi

set_environment
if [[ ${1:-} == test ]]; then
    shift
    run_tests "$@"
    exit
fi

exec "$program" "$@"
