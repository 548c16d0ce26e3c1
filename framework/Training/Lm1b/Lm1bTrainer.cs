using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Reporting;
using Compression.Training.Lm1b.Servers;
using Compression.Training.Optimizers;
using Compression.Training.Sessions;
using static Compression.Training.Sessions.TrainerRules;

namespace Compression.Training.Lm1b;

/// <summary>Trains the LM-1B model; <see cref="TrainingSession"/> holds a run's state.</summary>
public static class Lm1bTrainer
{
    /// <summary>Checks what no single option's range shows.</summary>
    /// <param name="options">Of the run.</param>
    /// <param name="plan">Of the dense weights.</param>
    /// <param name="rows">Of the tables' rows.</param>
    /// <param name="workers">Workers in all.</param>
    /// <param name="corpus">What is read.</param>
    /// <exception cref="UserErrorException">Options that contradict each other or the data.</exception>
    public static void Check(Lm1bOptions options, CompressionPlan plan, CompressionPlan rows, int workers, Lm1bCorpus corpus)
    {
        var hyper = options.Hyper();
        RequireExchange(options, plan, new ClipRule(hyper.MaxGradNorm, ClipScope.Local));
        Refuse(
            plan.Traits.MicroBatches > 0, $"--compressor {options.Compressor}",
            "it needs the gradient of every micro-batch, which this trainer does not make; use another compressor, or the verb train.");
        Refuse(
            rows.Traits.KeepsResidual || rows.Traits.MicroBatches > 0 || rows.Traits.NeedsWholeBucket, $"--row_compressor {options.RowCompressor}",
            "rows come and go from step to step, so their compressor can keep nothing of its own; use a quantizer such as float16 or sign, or topk.");
        Refuse(
            options.Sync && options.Way == RunOption.Ps && !plan.Exchange.StartsWith("ps", StringComparison.Ordinal), $"--exchange {options.Exchange}",
            "--run_option PS sends dense gradients by servers as well; leave --exchange away, or use --run_option HYBRID.");
        Refuse(
            hyper.NumShards > hyper.VocabSize, $"--hpconfig num_shards {hyper.NumShards}",
            $"a shard holds a row of the tables at least, and vocab_size is {hyper.VocabSize}; use at most {hyper.VocabSize}.");
        Refuse(
            options.Sync && options.Way != RunOption.Mpi && hyper.NumShards < workers, $"--num_workers {workers}",
            $"each worker holds a shard of the tables at least, and num_shards is {hyper.NumShards}; add num_shards={workers} to --hpconfig.");
        Refuse(!options.Sync && options.Way != RunOption.Ps, "--sync false", $"works by parameter servers alone; add --run_option PS (now {options.RunOption}).");
        Refuse(
            !options.Sync && (options.WritesCheckpoints || options.Resume.Length > 0), "--sync false",
            "workers share no step at which a checkpoint could be taken; leave checkpoints away, or use --sync true.");
        Refuse(!options.Sync && options.VirtualWorkers > 0, $"--virtual_workers {options.VirtualWorkers}", "virtual workers take turns, which is what --sync false does without; use --num_workers.");
        Refuse(
            !options.Sync && options.SearchPartitions, "--search_partitions true", "steps of workers that do not wait for each other have no common time; use --sync true.");
        Refuse(
            !options.Sync && hyper.NumShards < options.NumServers, $"--num_servers {options.NumServers}",
            $"each server holds a shard of the tables at least, and num_shards is {hyper.NumShards}; use at most {hyper.NumShards}.");
        Refuse(
            !options.Sync && !plan.Exchange.StartsWith("allgather", StringComparison.Ordinal), $"--exchange {options.Exchange}",
            "--sync false pushes dense gradients to a server; leave --exchange away.");
        corpus.Training.For(workers - 1, workers);
    }

    /// <summary>Trains to the end, or until <see cref="TrainingContext.Stop"/>; logs, evaluates, writes checkpoints and the summary.</summary>
    /// <exception cref="UserErrorException">Non-finite loss or gradient, a failed peer, a damaged checkpoint, an unwritable disk.</exception>
    /// <param name="options">Of the run.</param>
    /// <param name="corpus">What is read.</param>
    /// <param name="rows">The compressor of row gradients.</param>
    /// <param name="context">Peers, composition and folder.</param>
    /// <param name="found">Given what <c>--search_partitions</c> found, on rank 0.</param>
    public static RunSummary Train(
        Lm1bOptions options, Lm1bCorpus corpus, CompressionPlan rows, TrainingContext context, Action<PartitionSearchResult> found)
    {
        if (!options.Sync)
        {
            return TrainUnsynchronised(options, corpus, rows, context);
        }

        if (options.SearchPartitions && options.Resume.Length == 0)
        {
            var result = PartitionSearch.Run(pieces => PartitionTimer.Measure(options, corpus, rows, context, pieces), options.NumVariableShards);
            foreach (string line in result.Table())
            {
                context.Logger.Message(line);
            }

            if (context.Communicator.Rank == 0)
            {
                found(result);
            }

            options = options with { NumVariableShards = result.Best };
        }

        using var session = new TrainingSession(options, context, (group, team) =>
            new Lm1bTask(options, corpus, new Lm1bLearner(options, corpus, context.Peers, group, rows, team, context.Device), context));
        return session.Run();
    }

    // The last ranks are servers; each worker trains in a world of its own.
    private static RunSummary TrainUnsynchronised(Lm1bOptions options, Lm1bCorpus corpus, CompressionPlan rows, TrainingContext context)
    {
        using var world = new ServerWorld(context.Communicator, options.NumServers);
        if (world.IsServer)
        {
            using var server = new Lm1bServer(options, world, context.Plan, rows);
            server.Serve();
            AsynchronousLearner.ConcludeServer(server, world, options, corpus);
            return RunSummary.Nothing("completed");
        }

        using var captured = new CapturingCommunicator();
        var own = context with { Communicator = captured, Peers = captured };
        long seed = (long)(RandomKey.Mix((ulong)options.Seed, world.Number, 0, -1, RandomPurpose.Dropout) >> 1);
        AsynchronousLearner? learner = null;
        using var session = new TrainingSession(options with { Seed = seed }, own, (_, team) =>
        {
            learner = new AsynchronousLearner(options, corpus, world, rows, captured, team, context.Device);
            return new Lm1bTask(options, corpus, learner, own);
        });
        learner!.WaitForTurn(context.Stop);
        return session.Run();
    }
}
