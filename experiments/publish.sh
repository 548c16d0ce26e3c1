# Part of run.sh: makes a folder that runs where neither the .NET SDK nor packages are.
#   run.sh            starts the program, with the options that it takes in the repository
#   program/          the program with its runtime in one file, and its libraries; torch/ holds TorchSharp's, and libtorch where that is asked for
#   experiments/      grids of sweeps
#   published.json    the commit; it and run.sh come last

publish_help() {
    cat << 'END'
./run.sh publish --out DIR [--with-libtorch]
  makes a folder that runs on Linux for x64 where neither the .NET SDK nor packages are: copy it,
  and start DIR/run.sh with the options of ./run.sh. Ranks need the MPI of the machine.

  --out DIR             new, empty, or published to before; corpora and runs in it stay
  --with-libtorch       libtorch too (some 460 MB); without it the folder takes that of TORCH_PATH, or
                        that of a PyTorch of the right version which python3 or python finds
END
}

publish() {
    local libtorch=false
    out=
    while (($# > 0)); do
        case $1 in
            --help | -h) publish_help && return ;;
            --with-libtorch) libtorch=true ;;
            --out=*) out=${1#*=} ;;
            --out)
                (($# > 1)) || fail 2 "publish --out: name a folder."
                out=$2
                shift
                ;;
            *) fail 2 "publish: unknown option $1; there are --out DIR and --with-libtorch." ;;
        esac
        shift
    done

    [[ -n $out ]] || fail 2 "publish: name the folder to make: ./run.sh publish --out DIR."
    unfinished=$out/.unfinished
    take_target
    trap 'leave_target' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM

    install_packages dotnet-sdk-10.0
    exec 9> "$artifacts/.lock"
    flock 9
    local device products=$artifacts/publish
    device=$(device_to_build)
    rm -rf "$products/out"
    say "Building (some 30 seconds, and on first use the time that the packages take)"
    run_dotnet publish "$device" "$root/experiments/Compression.Experiments.csproj" -r linux-x64 -o "$products/out" \
        "-p:ArtifactsPath=$products" -p:Checks=false -p:DebugType=none || fail_build

    fill_target
    exec 9>&-
    finish_target
}

# Makes the folder, or sees that it may be used.
take_target() {
    local said
    made=false
    if [[ ! -e $out && ! -L $out ]]; then
        made=true
    elif [[ ! -d $out ]]; then
        fail 2 "publish --out $out: it is a file, not a folder; name a new folder."
    elif [[ ! -e $out/published.json && ! -e $unfinished && -n $(ls -A "$out") ]]; then
        fail 2 "publish --out $out: it holds other files; name a new or empty folder, or one that was published to before."
    fi

    said=$(mkdir -p "$unfinished" 2>&1) || fail 2 "publish --out $out: it cannot be written (${said##*: })."
}

# What is left where publishing ends early.
leave_target() {
    rm -rf "$unfinished"
    if $made && [[ ! -e $out/run.sh ]]; then
        rmdir "$out" 2> /dev/null || true
    fi
}

# Puts everything into a folder of its own first.
fill_target() {
    local torch=$products/torch/$device
    local -a libraries=("$torch/libLibTorchSharp.so")
    rm -rf "$unfinished"
    if $libtorch && [[ $device == cpu ]]; then
        libraries+=("$torch"/libtorch.so "$torch"/libtorch_cpu.so "$torch"/libc10.so "$torch"/libgomp*)
    elif $libtorch; then
        libraries=("$torch"/*.so*)
    fi

    attempt mkdir -p "$unfinished/program/torch" "$unfinished/experiments"
    attempt cp -R "$products/out/." "$unfinished/program"
    attempt cp "$products/bin/Compression.Experiments/release_linux-x64/Compression.Experiments.deps.json" "$unfinished/program"
    attempt cp -L "${libraries[@]}" "$unfinished/program/torch"
    attempt cp -R "$root/experiments/grids" "$unfinished/experiments"
    sources_state > "$products/published.json"
    attempt cp "$root/run.sh" "$products/published.json" "$unfinished"
    attempt chmod -R u+rwX,go+rX "$unfinished"
}

# Puts everything in its place; what is killed meanwhile leaves a folder without run.sh, which can be published to again.
finish_target() {
    trap '' INT TERM
    attempt rm -rf "$out"/{run.sh,published.json,experiments,program}
    attempt mv "$unfinished"/{program,experiments,published.json} "$out"
    attempt mv "$unfinished/run.sh" "$out"
    local bytes _ needed="with libtorch"
    read -r bytes _ < <(du -sb "$out/program")
    $libtorch || needed="libtorch $(libtorch_version) is needed where it runs"
    printf '%s: %s MB, %s\n' "$out" "$((bytes / 1000000))" "$needed"
}

# Runs a command that writes; the first line that it says is the error.
attempt() {
    local said
    said=$("$@" 2>&1) || fail 1 "publish --out $out: ${said%%$'\n'*}."
}

# Which sources these are, as environment.json has it.
sources_state() {
    local commit dirty=false
    if ! commit=$(git -C "$root" rev-parse --verify HEAD 2> /dev/null); then
        echo null
        return
    fi

    [[ -z $(GIT_OPTIONAL_LOCKS=0 git -C "$root" status --porcelain) ]] || dirty=true
    printf '{ "commit": "%s", "dirty": %s }\n' "$commit" "$dirty"
}

libtorch_version() { sed -n 's#.*<LibTorchVersion>\(.*\)</LibTorchVersion>.*#\1#p' "$root/Directory.Packages.props"; }
