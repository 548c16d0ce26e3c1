using System.Collections.Immutable;
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
internal abstract class TrainingVerb(string name, string summary) : Verb(name, summary)
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
internal abstract class TrainingVerb<TOptions>(string name, string summary) : TrainingVerb(name, summary)
    where TOptions : TrainerOptions, new()
{
    private readonly OptionResolution _resolution = new(OptionSchema.Of(typeof(TOptions)), Components.Catalog(), new TOptions().Refusals);

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

    /// <summary>Gives, for a second name of an option and its value, the first name and the value there; null for all other options.</summary>
    protected virtual (string Name, string Value)? FirstName(string name, string value) => null;

    public override bool ShowsResults(ParsedCommand command) => !Trains((TOptions)_resolution.Bind(command));

    public override ExitCode Run(ParsedCommand command, CommandEnvironment environment)
    {
        command = command.WithFirstNames(FirstName);
        var launch = MpiEnvironment.Current;
        var stated = ReadWords(command, launch);
        bool trains = Trains(stated);
        if (launch.IsUnderLauncher && trains)
        {
            return RunAsRank(stated, command, environment, launch);
        }

        using var held = trains ? Hold(command, environment, launch) : null;
        var request = Read(command, trains, environment, launch);
        if (!trains)
        {
            if (ActInstead(command) is { } acting)
            {
                CommandLine.Warn(_resolution.Beside(acting, command), environment);
            }

            return RunInstead(request.Options, request.Plan, command, environment);
        }

        var hosts = Hosts(request.Options, environment);
        request = Check(request, WorkersOf(request.Options), environment);
        if (RankLaunch.RanksOf(request.Options) > 1)
        {
            return RankLaunch.Execute(request, hosts, held, environment);
        }

        var observed = TrainingRun.ObserveMachine(environment);
        using var alone = RankGroup.Alone();
        return TrainingRun.Execute(request, alone, held, observed, environment);
    }

    // Every file is read after joining: a rank that ends before it has joined leaves the others waiting.
    private ExitCode RunAsRank(TOptions stated, ParsedCommand command, CommandEnvironment environment, MpiEnvironment launch)
    {
        var started = TrainingRun.ObserveMachine(environment);
        using var group = RankGroup.Join(stated.CommTimeout, environment, severalThreads: stated.ServerRanks > 0);
        SharedByRanks.Require(group, SharedFact.OfProgram());
        using var held = group.AllAgree(() => group.IsFirst ? Hold(command, environment, launch) : null);
        var request = group.AllAgree(() =>
        {
            var mine = Read(command, trains: true, environment, launch);
            return Check(mine, group.Communicator.WorldSize - mine.Options.ServerRanks, environment);
        }, saysWhere: true);
        group.Limit(request.Options.CommTimeout);
        SharedByRanks.Require(group, request.Shared());
        return TrainingRun.Execute(request, group, held, started, environment);
    }

    // A folder that is not there yet is locked when it is made.
    private static RunLock? Hold(ParsedCommand command, CommandEnvironment environment, MpiEnvironment launch) =>
        ResumePoint.Hold(command["resume"], RankLaunch.FolderFromLauncher(environment, launch) ?? command["out"], environment);

    private static int WorkersOf(TOptions options) => Math.Max(options.NumWorkers, options.VirtualWorkers);

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

    public override TrainingSize? Check(ParsedCommand command, CommandEnvironment environment) => CheckHere(command, environment).Training.Size;

    /// <summary>Goes the way of a run that starts here, up to its first step; writes nothing.</summary>
    /// <exception cref="UserErrorException">The run cannot work.</exception>
    protected PreparedTraining<TOptions> DryRun(ParsedCommand command, CommandEnvironment environment)
    {
        var request = CheckHere(command, environment);
        request.RequireFolder();
        CommandLine.Warn(request.Notes, environment);
        return request.Training;
    }

    /// <summary>What the command line or the method that it names says of an option; null where neither does.</summary>
    protected static string? Stated(ParsedCommand command, string option) =>
        command[option] ?? MethodPresets.Find(command["method"])?.Values.FirstOrDefault(pair => pair.Key == option).Value;

    // Where a trainer lacks an option, the method would be another one without a word.
    private ImmutableArray<KeyValuePair<string, string>> MethodValues(ParsedCommand command)
    {
        if (MethodPresets.Find(command["method"]) is not { } method)
        {
            return [];
        }

        var lacking = method.Values.FirstOrDefault(pair => Options.All(option => option.Name != pair.Key));
        return lacking.Key is null ? method.Values : throw new UserErrorException(
            ExitCode.Usage, $"--method {method.Name}: it sets --{lacking.Key} {lacking.Value}, which {Name} does not have; use train or transformer-xl, or give its other options by themselves.");
    }

    private RunRequest<TOptions> CheckHere(ParsedCommand command, CommandEnvironment environment)
    {
        var launch = MpiEnvironment.Current;
        var request = Read(command, Trains(ReadWords(command, launch)), environment, launch);
        return Check(request, WorkersOf(request.Options), environment);
    }

    // The layers of options over each other: defaults, a preset or the run that is resumed, the command line, what the launcher fixes.
    private RunRequest<TOptions> Read(ParsedCommand command, bool trains, CommandEnvironment environment, MpiEnvironment launch)
    {
        var variables = WandbVariables.Read(environment);
        _resolution.CheckVariables(variables, WandbVariables.NameOf);
        string? handed = RankLaunch.FolderFromLauncher(environment, launch);
        var resume = FindResumed(command, handed ?? command["out"], trains, environment);
        KeyValuePair<string, string>[] below = resume is null
            ? [.. variables, .. PresetValues(command, environment), .. MethodValues(command)]
            : [.. variables, .. _resolution.TakenOver(resume), .. FoundBefore(resume), KeyValuePair.Create("out", resume.RunFolder)];
        var flags = _resolution.Flags(command, resume?.Recorded);
        var presetFlags = _resolution.PresetFlags(below, flags);
        var options = (TOptions)_resolution.Bind(below, command.Values);
        options = options with
        {
            NumWorkers = RankLaunch.WorkersOf(options, command, launch),
            Threads = RankLaunch.ThreadsOfRank(options, launch),
            Resume = resume?.Checkpoint ?? "",
        };
        RefusedOptions.Require(options);
        var plan = Components.Compose(options, flags, presetFlags);
        RankLaunch.RequireSensibleWorkers(options);
        string? folder = handed ?? (command["out"] is { Length: > 0 } chosen ? environment.FullPath(chosen) : command["out"] ?? resume?.RunFolder);
        return new RunRequest<TOptions>(
            Name, command.Words, options, plan, resume, folder, final => _resolution.Rows(final, presetFlags.Concat(flags).ToDictionary(), plan, command, resume?.Recorded),
            [.. resume?.Notes ?? [], .. plan.Notes, .. _resolution.Idle(options, command, resume?.Recorded)]);
    }

    // The run that is gone on with, by name or because the same command was killed before its first checkpoint; null for a new one.
    private ResumePoint? FindResumed(ParsedCommand command, string? folder, bool trains, CommandEnvironment environment)
    {
        if (command["resume"] is not { } asked)
        {
            var same = folder is { Length: > 0 } ? ResumePoint.OfSameStart(environment.FullPath(folder), RunRequest<TOptions>.CommandLineOf(Name, command.Words)) : null;
            if (same is not null)
            {
                OptionResolution.RequireConsistent(command, same.Recorded);
            }

            return same;
        }

        var resume = ResumePoint.Find(asked, folder, trains, environment);
        if (resume is not null)
        {
            string shown = command["out"] is { } chosenOut ? $"{command.AsWritten("out")} {ShellWord.Quote(chosenOut)}" : "";
            string? goOn = trains ? $"--resume {ShellWord.Quote(asked)} {shown}".TrimEnd() : null;
            OwnVerb.Require(resume.Recorded, Name, $"{command.AsWritten("resume")} {asked}", resume.RunFolder, goOn);
            OptionResolution.RequireConsistent(command, resume.Recorded);
        }

        return resume;
    }

    private RunRequest<TOptions> Check(RunRequest<TOptions> request, int workers, CommandEnvironment environment)
    {
        var options = request.Options;
        var launch = MpiEnvironment.Current;

        // A process that only starts ranks needs libtorch for one question alone.
        bool startsRanks = RankLaunch.RanksOf(options) > 1 && !launch.IsUnderLauncher;
        if (options.UseGpu || !startsRanks)
        {
            Requirements.Libtorch(options.UseGpu);
        }

        if (launch.Rank is not > 0)
        {
            RunTrackers.Check(options, environment);
        }

        request.Resume?.Verify(ResumesWithOtherWorkers ? null : options.VirtualWorkers > 0 ? 1 : workers, KeptOptions.OfResult(options, request.Plan));
        var prepared = request.With(Prepare(options, request.Plan, workers, environment));
        if (startsRanks)
        {
            return prepared;
        }

        ProcessGpu.Of(options.UseGpu, prepared.Training.Gpus);
        return prepared with { Notes = [.. prepared.Notes, .. ProcessGpu.Notes(options, prepared.Training.Gpus)] };
    }
}
