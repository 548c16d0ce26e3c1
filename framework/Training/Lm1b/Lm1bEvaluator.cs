using Compression.Core.Communication;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Torch.Kernels;
using Compression.Training.Checkpoints;
using Compression.Training.Data.Lm1b;
using Compression.Training.Sessions;

namespace Compression.Training.Lm1b;

/// <summary>Evaluates the weights of checkpoints, in a process of its own beside or after the training.</summary>
public sealed class Lm1bEvaluator : IDisposable
{
    private readonly Lm1bOptions _options;
    private readonly Lm1bCorpus _corpus;
    private readonly Lm1bHyperparameters _hyper;
    private readonly ThreadTeam _team;
    private readonly IDisposable _threads;
    private readonly DenseWeights _dense;
    private readonly WordTables _tables;

    /// <param name="options">Of the run that wrote the checkpoints; the mode says what is evaluated.</param>
    /// <param name="corpus">Vocabulary and shards.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="gpu">The GPU of this process; null for the CPU.</param>
    public Lm1bEvaluator(Lm1bOptions options, Lm1bCorpus corpus, int threads, int? gpu = null)
    {
        (_options, _corpus, _hyper) = (options, corpus, options.Hyper());
        _team = new ThreadTeam(threads);
        _threads = KernelThreads.Use(_team);
        _dense = new DenseWeights(_hyper, options.Seed, _team, GpuChoice.Device(gpu));
        _tables = new WordTables(_hyper, owners: 1, _ => true, _team, trained: false);
    }

    /// <summary>Reads a checkpoint and evaluates it on the shards that the mode names.</summary>
    /// <param name="folder">The checkpoint's.</param>
    /// <param name="warn">Given what the user must know of the weights.</param>
    /// <returns>The loss, with where the run stood; its wire bytes and seconds are those of the training so far.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: damaged, or of other sizes or another vocabulary, or without averages.</exception>
    public EvaluationRecord Evaluate(string folder, Action<string> warn)
    {
        var state = LoadedCheckpoint.Verify(folder);
        if (Read(folder) is { } note)
        {
            warn(note);
        }

        string split = _options.Mode == "eval_train" ? "train" : "test";
        var shards = split == "train" ? _corpus.Training : _corpus.Heldout;
        using var alone = new LocalCommunicator();
        using var batches = SentenceBatches.Once(_corpus.Vocabulary, shards.Files, _hyper.BatchSize, _hyper.NumSteps);
        using var softmax = new FullSoftmax(_hyper, _tables, _dense, alone);
        var (nats, targets) = softmax.Evaluate(batches, _options.EvalSteps);
        return new EvaluationRecord
        {
            Step = state.Step,
            Epoch = state.Epoch,
            Tokens = (long)state.Counters.GetValueOrDefault("tokens"),
            Split = split,
            Loss = nats / targets,
            WireBytesTotal = (long)state.Counters.GetValueOrDefault("wire_bytes"),
            SecondsTotal = state.Counters.GetValueOrDefault("seconds_total"),
        };
    }

    public void Dispose()
    {
        _tables.Dispose();
        _dense.Dispose();
        _threads.Dispose();
        _team.Dispose();
    }

    // Returns what the user must know of the file.
    private string? Read(string folder)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, CheckpointNames.Model));
        string? note = VocabularyMark.Check(file, _corpus.Vocabulary.Fingerprint(), folder, ExitCode.Checkpoint);
        _dense.Storage.Read(file, folder, ExitCode.Checkpoint);
        foreach (var table in _tables.All)
        {
            table.Read(file, folder, ExitCode.Checkpoint);
        }

        if (_options.Mode == "eval_test_ave")
        {
            using var rank = SafetensorsFile.Open(Path.Combine(folder, CheckpointNames.Rank(0)));
            if (!_dense.UseAverages(StateFile.Reader(rank)))
            {
                throw new UserErrorException(
                    ExitCode.Usage, "--mode eval_test_ave: the run keeps no averages (average_params=False in its --hpconfig); use --mode eval_test.");
            }
        }

        return note;
    }
}
