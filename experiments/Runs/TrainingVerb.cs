using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Mpi.Interop;
using Compression.Mpi.Launching;
using Compression.Tracking.Files;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>A verb that trains, as a sweep of many runs sees it.</summary>
internal abstract class TrainingVerb : Verb
{
    /// <summary>Makes every check that a run makes before it starts; writes nothing.</summary>
    /// <returns>How much work the run is; null where the trainer does not say.</returns>
    /// <exception cref="UserErrorException">The run cannot work.</exception>
    public abstract TrainingSize? Check(ParsedCommand command, CommandEnvironment environment);
}

/// <summary>
/// Trains a model: everything that trainers share, from the command line to the exit code. A trainer adds its options record, and a
/// function that checks and runs it.
/// </summary>
internal abstract class TrainingVerb<TOptions> : TrainingVerb
    where TOptions : TrainerOptions, new()
{
    private readonly AlgorithmCatalog _catalog = Components.Catalog();
    private readonly OptionResolution _resolution;

    /// <summary>Reads the options record.</summary>
    protected TrainingVerb() => _resolution = new OptionResolution(OptionSchema.Of(typeof(TOptions)), _catalog, new TOptions().Refusals);

    public override IReadOnlyList<CommandOption> Options => _resolution.CommandOptions;

    /// <summary>The values of the preset that is asked for, or that fits the data at hand; the command line overrules them.</summary>
    protected abstract IReadOnlyList<KeyValuePair<string, string>> PresetValues(ParsedCommand command, CommandEnvironment environment);

    /// <summary>What the run that is resumed found out by itself, and goes on with; the command line overrules it.</summary>
    protected virtual IReadOnlyList<KeyValuePair<string, string>> FoundBefore(ResumePoint resume) => [];

    /// <summary>Whether a checkpoint may be gone on from with another number of workers; the trainer then checks what that takes.</summary>
    protected virtual bool ResumesWithOtherWorkers => false;

    /// <summary>Finds and reads the data and checks all that can be checked before the start; writes nothing.</summary>
    /// <exception cref="UserErrorException">The run cannot work.</exception>
    protected abstract PreparedTraining<TOptions> Prepare(
        TOptions options, CompressionPlan pipeline, int workers, CommandEnvironment environment);

    /// <summary>The hosts that ranks are started on; null: this one.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: the file that names them cannot be read, or a line is no host.</exception>
    protected virtual HostList? Hosts(TOptions options, CommandEnvironment environment) => RankLaunch.Hosts(options.Hostfile, environment);

    /// <summary>Whether the command line asks for training, and not for <see cref="RunInstead"/>.</summary>
    /// <param name="options">As the command line alone has them.</param>
    protected virtual bool Trains(TOptions options) => true;

    /// <summary>The options that act in <see cref="RunInstead"/>; null where all do. Others that are given are named in a warning.</summary>
    /// <param name="command">What the user wrote.</param>
    protected virtual IReadOnlyCollection<string>? ActInstead(ParsedCommand command) => null;

    /// <summary>Does what <see cref="Trains"/> says is no training.</summary>
    /// <param name="options">Resolved, and checked one by one.</param>
    /// <param name="pipeline">The checked composition.</param>
    /// <param name="command">What the user wrote.</param>
    /// <param name="environment">Where it runs.</param>
    protected virtual ExitCode RunInstead(TOptions options, CompressionPlan pipeline, ParsedCommand command, CommandEnvironment environment) =>
        throw new NotSupportedException();

    public override bool ShowsResults(ParsedCommand command) => !Trains((TOptions)_resolution.Bind(command));

    public override ExitCode Run(ParsedCommand command, CommandEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(environment);
        var launch = MpiEnvironment.Current;
        var stated = ReadWords(command, launch);
        if (launch.IsUnderLauncher && Trains(stated))
        {
            return RunAsRank(stated, command, environment, launch);
        }

        bool trains = Trains(stated);
        using var held = trains ? Hold(command, environment, launch) : null;
        var request = Read(command, environment, launch);
        if (!trains)
        {
            if (ActInstead(command) is { } acting)
            {
                foreach (string note in _resolution.Beside(acting, command))
                {
                    CommandLine.Warn(note, environment);
                }
            }

            return RunInstead(request.Options, request.Plan, command, environment);
        }

        var hosts = Hosts(request.Options, environment);
        int workers = Math.Max(request.Settings.Workers, request.Settings.VirtualWorkers);
        var training = Check(request, workers, environment);
        if (request.Settings.Ranks > 1)
        {
            return RankLaunch.Execute(request, hosts, held, environment);
        }

        var observed = RunRecords.ObserveMachine(environment);
        using var alone = RankGroup.Alone();
        return TrainingRun.Execute(request, training, alone, held, observed, environment);
    }

    // Every file is read after joining: a rank that ends before it has joined leaves the others waiting.
    private ExitCode RunAsRank(TOptions stated, ParsedCommand command, CommandEnvironment environment, MpiEnvironment launch)
    {
        var started = RunRecords.ObserveMachine(environment);
        using var group = RankGroup.Join(stated.CommTimeout, environment, severalThreads: stated.ServerRanks > 0);
        SharedByRanks.Require(group, SharedFact.OfProgram());
        using var held = group.AllAgree(() => group.IsFirst ? Hold(command, environment, launch) : null);
        var (request, prepared) = group.AllAgree(() =>
        {
            var mine = Read(command, environment, launch);
            return (mine, Check(mine, group.Communicator.WorldSize - mine.Settings.Servers, environment));
        }, saysWhere: true);
        group.Limit(request.Settings.CommTimeout);
        SharedByRanks.Require(group, request.Shared(prepared));
        return TrainingRun.Execute(request, prepared, group, held, started, environment);
    }

    // A folder that is not there yet is locked when it is made.
    private static RunLock? Hold(ParsedCommand command, CommandEnvironment environment, MpiEnvironment launch) =>
        ResumePoint.Hold(command["resume"], RankLaunch.FolderFromLauncher(environment, launch) ?? command["out"], environment);

    // All ranks are given the same words; the first says what is wrong with them.
    private TOptions ReadWords(ParsedCommand command, MpiEnvironment launch)
    {
        try
        {
            return (TOptions)_resolution.Bind(command);
        }
        catch (UserErrorException error) when (launch.Rank > 0)
        {
            throw new AlreadyReportedException(error.Code);
        }
    }

    public override TrainingSize? Check(ParsedCommand command, CommandEnvironment environment) => CheckHere(command, environment).Prepared.Size;

    /// <summary>Goes the way of a run that starts here, up to its first step; writes nothing.</summary>
    /// <exception cref="UserErrorException">The run cannot work.</exception>
    protected PreparedTraining<TOptions> DryRun(ParsedCommand command, CommandEnvironment environment)
    {
        var (request, prepared) = CheckHere(command, environment);
        request.RequireFolder();
        foreach (string note in request.Notes.Concat(prepared.Notes))
        {
            CommandLine.Warn(note, environment);
        }

        return prepared;
    }

    private (RunRequest<TOptions> Request, PreparedTraining<TOptions> Prepared) CheckHere(ParsedCommand command, CommandEnvironment environment)
    {
        _ = ReadWords(command, MpiEnvironment.Current);
        var request = Read(command, environment, MpiEnvironment.Current);
        return (request, Check(request, Math.Max(request.Settings.Workers, request.Settings.VirtualWorkers), environment));
    }

    private RunRequest<TOptions> Read(ParsedCommand command, CommandEnvironment environment, MpiEnvironment launch)
    {
        var variables = WandbVariables.Read(environment);
        _resolution.CheckVariables(variables, WandbVariables.NameOf);
        string? handed = RankLaunch.FolderFromLauncher(environment, launch);
        string? named = handed ?? command["out"];
        var resume = command["resume"] is { } from ? ResumePoint.Find(from, named, Trains((TOptions)_resolution.Bind(command)), environment)
            : named is { Length: > 0 } ? ResumePoint.OfSameStart(environment.FullPath(named), RunRequest<TOptions>.CommandLineOf(Name, command.Words))
            : null;
        IEnumerable<KeyValuePair<string, string>> below;
        if (resume is not null)
        {
            if (command["resume"] is { } asked)
            {
                string shown = command["out"] is { } chosenOut ? $"{command.AsWritten("out")} {ShellWord.Quote(chosenOut)}" : "";
                OwnVerb.Require(
                    resume.Recorded, Name, $"{command.AsWritten("resume")} {asked}", resume.RunFolder,
                    Trains((TOptions)_resolution.Bind(command)) ? $"--resume {ShellWord.Quote(asked)} {shown}".TrimEnd() : null);
            }

            OptionResolution.RequireConsistent(command, resume.Recorded);
            below = [.. variables, .. _resolution.TakenOver(resume), .. FoundBefore(resume), KeyValuePair.Create("out", resume.RunFolder)];
        }
        else
        {
            below = [.. variables, .. PresetValues(command, environment)];
        }

        var flags = _resolution.Flags(command, resume?.Recorded);
        var presetFlags = _resolution.PresetFlags(below, flags);
        var settings = RunSettings.Of((TOptions)_resolution.Bind(below, command.Values), flags, presetFlags);
        var world = RankLaunch.WorldSize(settings, command, launch);
        int threads = RankLaunch.ThreadsOfRank(settings, launch);
        KeyValuePair<string, string>[] fixedHere =
        [
            .. world is { } size ? [KeyValuePair.Create("num_workers", OptionText.Format(size))] : Array.Empty<KeyValuePair<string, string>>(),
            KeyValuePair.Create("threads", OptionText.Format(threads)),
            .. resume is not null || command["resume"] is not null ? [KeyValuePair.Create("resume", resume?.Checkpoint ?? "")] : Array.Empty<KeyValuePair<string, string>>(),
        ];
        var options = (TOptions)_resolution.Bind(below, command.Values, fixedHere);
        RefusedOptions.Require(options);
        settings = RunSettings.Of(options, flags, presetFlags);
        var plan = new CompressionComposer(_catalog).Compose(settings.Pipeline);
        RankLaunch.RequireSensibleWorkers(settings);
        string? folder = handed ?? (command["out"] is { Length: > 0 } chosen ? environment.FullPath(chosen) : command["out"] ?? resume?.RunFolder);
        return new RunRequest<TOptions>(
            Name, command.Words, options, settings, plan, resume, folder, final => _resolution.Rows(final, presetFlags.Concat(flags).ToDictionary(), plan, command, resume?.Recorded),
            [.. resume?.Notes ?? [], .. plan.Notes, .. _resolution.Idle(options, command, resume?.Recorded)]);
    }

    private PreparedTraining<TOptions> Check(RunRequest<TOptions> request, int workers, CommandEnvironment environment)
    {
        // A process that only starts ranks needs libtorch for one question alone.
        bool startsRanks = request.Settings.Ranks > 1 && !MpiEnvironment.Current.IsUnderLauncher;
        if (request.Settings.UseGpu || !startsRanks)
        {
            Requirements.Libtorch(request.Settings.UseGpu);
        }

        if (MpiEnvironment.Current.Rank is not > 0)
        {
            RunTrackers.Check(request.Settings, environment);
        }

        request.Resume?.Verify(
            ResumesWithOtherWorkers ? null : request.Settings.VirtualWorkers > 0 ? 1 : workers, KeptOptions.OfResult(request.Options, request.Plan));
        return Prepare(request.Options, request.Plan, workers, environment);
    }
}
