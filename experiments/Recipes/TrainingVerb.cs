using Compression.Core.Catalog;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Mpi;
using Compression.Training.Sessions;

namespace Compression.Experiments.Recipes;

/// <summary>
/// Trains a model: everything that trainers share, from the command line to the exit code. A trainer adds its options record, and a
/// function that checks and runs it.
/// </summary>
public abstract class TrainingVerb<TOptions> : Verb, ITrainer
    where TOptions : TrainerOptions, new()
{
    private readonly AlgorithmCatalog _catalog = Components.Catalog();
    private readonly OptionResolution _resolution;

    /// <summary>Reads the options record.</summary>
    protected TrainingVerb() => _resolution = new OptionResolution(OptionSchema.Of(typeof(TOptions)), _catalog);

    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options => _resolution.CommandOptions;

    /// <summary>The values of the preset that is asked for, or that fits the data at hand; the command line overrules them.</summary>
    protected abstract IReadOnlyList<KeyValuePair<string, string>> PresetValues(ParsedCommand command, CommandEnvironment environment);

    /// <summary>Whether a checkpoint may be gone on from with another number of workers; the trainer then checks what that takes.</summary>
    protected virtual bool ResumesWithOtherWorkers => false;

    /// <summary>Finds and reads the data and checks all that can be checked before the start; writes nothing.</summary>
    /// <exception cref="UserErrorException">The run cannot work.</exception>
    protected abstract PreparedTraining<TOptions> Prepare(
        TOptions options, PipelinePlan pipeline, int workers, CommandEnvironment environment);

    /// <summary>Does something else than train, where the options ask for it; null to train.</summary>
    /// <param name="options">Resolved, and checked one by one.</param>
    /// <param name="pipeline">The checked composition.</param>
    /// <param name="command">What the user wrote.</param>
    /// <param name="environment">Where it runs.</param>
    protected virtual ExitCode? RunInstead(TOptions options, PipelinePlan pipeline, ParsedCommand command, CommandEnvironment environment) => null;

    /// <inheritdoc/>
    public override ExitCode Run(ParsedCommand command, CommandEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(environment);
        var launch = MpiEnvironment.Current;
        RunRequest<TOptions> request;
        try
        {
            request = Read(command, environment, launch);
        }
        catch (UserErrorException error) when (error.Code == ExitCode.Usage && launch.Rank > 0)
        {
            throw new AlreadyReportedException(error.Code);
        }

        if (RunInstead(request.Options, request.Plan, command, environment) is { } done)
        {
            return done;
        }

        if (launch.IsUnderLauncher)
        {
            var started = RunRecords.ObserveMachine(request.Settings, environment);
            using var group = RankGroup.Join(request.Settings.CommTimeout, severalThreads: request.Settings.Servers > 0);
            var prepared = group.AllAgree(() => Check(request, group.Communicator.WorldSize - request.Settings.Servers, environment));
            return TrainingRun.Execute(request, prepared, group, started, environment);
        }

        int workers = Math.Max(request.Settings.Workers, request.Settings.VirtualWorkers);
        var training = Check(request, workers, environment);
        if (request.Settings.Ranks > 1)
        {
            return RankLaunch.Execute(request, environment);
        }

        var observed = RunRecords.ObserveMachine(request.Settings, environment);
        using var alone = RankGroup.Alone();
        return TrainingRun.Execute(request, training, alone, observed, environment);
    }

    /// <inheritdoc/>
    TrainingSize? ITrainer.Check(ParsedCommand command, CommandEnvironment environment)
    {
        var request = Read(command, environment, MpiEnvironment.Current);
        return Check(request, Math.Max(request.Settings.Workers, request.Settings.VirtualWorkers), environment).Size;
    }

    private RunRequest<TOptions> Read(ParsedCommand command, CommandEnvironment environment, MpiEnvironment launch)
    {
        // Mistyped values are told before anything else is looked at.
        _ = _resolution.Bind(command.Values);
        var variables = WandbVariables.Read(environment);
        _resolution.CheckVariables(variables, WandbVariables.NameOf);
        string? handed = RankLaunch.FolderFromLauncher(environment, launch);
        var resume = command["resume"] is { } from ? ResumePoint.Find(from, handed ?? command["out"], environment) : null;
        IEnumerable<KeyValuePair<string, string>> below;
        if (resume is not null)
        {
            OptionResolution.RequireConsistent(command, resume.Recorded);
            below = [.. variables, .. resume.Recorded.Values, KeyValuePair.Create("out", resume.RunFolder)];
        }
        else
        {
            below = [.. variables, .. PresetValues(command, environment)];
        }

        var flags = _resolution.Flags(command, resume?.Recorded);
        var settings = RunSettings.Of((TOptions)_resolution.Bind(below, command.Values), flags);
        var world = RankLaunch.WorldSize(settings, command, launch);
        int threads = RankLaunch.ThreadsOfRank(settings, launch);
        KeyValuePair<string, string>[] fixedHere =
        [
            .. world is { } size ? [KeyValuePair.Create("num_workers", OptionText.Format(size))] : Array.Empty<KeyValuePair<string, string>>(),
            KeyValuePair.Create("threads", OptionText.Format(threads)),
            .. resume is not null ? [KeyValuePair.Create("resume", resume.Checkpoint)] : Array.Empty<KeyValuePair<string, string>>(),
        ];
        var options = (TOptions)_resolution.Bind(below, command.Values, fixedHere);
        settings = RunSettings.Of(options, flags);
        var plan = new PipelineComposer(_catalog).Compose(settings.Pipeline);
        RankLaunch.RequireSensibleWorkers(settings, environment);
        string? folder = handed ?? (command["out"] is { Length: > 0 } chosen ? environment.FullPath(chosen) : command["out"] ?? resume?.RunFolder);
        return new RunRequest<TOptions>(
            Name, command.Words, options, settings, plan, resume, folder, final => _resolution.Rows(final, flags, plan, command, resume?.Recorded),
            [.. plan.Notes, .. _resolution.Idle(options, command, resume?.Recorded)]);
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

        request.Resume?.Verify(ResumesWithOtherWorkers ? null : request.Settings.VirtualWorkers > 0 ? 1 : workers, name => name switch
        {
            "compressor" => request.Plan.Compressor,
            "memory" => request.Plan.Memory,
            "exchange" => request.Plan.Exchange,
            _ => _resolution.Text(request.Options, name),
        });
        return Prepare(request.Options, request.Plan, workers, environment);
    }
}
