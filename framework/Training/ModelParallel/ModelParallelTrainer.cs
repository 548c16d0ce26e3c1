using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Torch.Kernels;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.ModelParallel.Buckets;
using Compression.Training.Optimizers;
using Compression.Training.Sessions;
using static Compression.Training.Sessions.TrainerRules;

namespace Compression.Training.ModelParallel;

/// <summary>Trains the model-parallel LSTM; <see cref="TrainingSession"/> holds a run's state.</summary>
public static class ModelParallelTrainer
{
    /// <summary>Checks what no single option's range shows.</summary>
    /// <exception cref="UserErrorException">Options that contradict each other, too little text, or no GPU.</exception>
    public static void Check(ModelParallelOptions options, CompressionPlan plan, Corpus corpus)
    {
        RequireExchange(options, plan, new ClipRule(options.Clip, options.ClipScope));
        Refuse(
            options.NumWorkers > 1 && options.NumWorkers % options.Stages > 0, $"--num_workers {options.NumWorkers}",
            $"it is replicas times stages, a multiple of --stages {options.Stages}, or 1 for one process; the nearest is {Math.Max(1, options.NumWorkers / options.Stages) * options.Stages}.");
        Refuse(
            options.Stages > options.NumLayers, $"--stages {options.Stages}",
            $"each stage holds a layer at least, and --num_layers is {options.NumLayers}; the most stages are {options.NumLayers}.");
        Refuse(
            plan.Traits.MicroBatches > 0, $"--compressor {options.Compressor}",
            "it needs the gradient of every micro-batch, which a pipeline adds up as it goes; use another compressor, or the verb train.");
        var devices = StageDevices.Parse(options.Devices);
        Refuse(
            devices.Length > 0 && devices.Length != options.Stages, $"--devices {options.Devices}",
            $"it names {devices.Length} {Plural.Of(devices.Length, "device")}, and --stages is {options.Stages}; name one a stage.");
        Refuse(devices.Length > 0 && options.NumWorkers > 1, $"--devices {options.Devices}", "its stages are threads of one process; use --num_workers 1, or leave --devices away.");
        Refuse(devices.Length > 0 && options.UseGpu, "--use_gpu true", "--devices says already where each stage computes; give one of the two.");
        StageDevices.RequireHere(devices);
        if (options.Placement is not StagePlacement.Auto and not StagePlacement.Evenly)
        {
            StagePlacement.Parse(options.Placement, options.NumLayers, options.Stages);
        }

        Refuse(
            options.StageMemory > 0 && options.Placement != StagePlacement.Auto, $"--stage_memory {options.StageMemory}",
            "it limits what --placement auto may choose; add --placement auto, or leave it away.");
        plan.CreateCompressor(options.ModelFor(corpus.Vocabulary.Count).Layout(), ThreadTeam.Single);
        var text = new SentenceText(corpus.Train, corpus.Vocabulary, options.SentenceEnd);
        Refuse(
            ModelParallelTask.Buckets(text, options, keepAll: false).Sentences == 0, $"--buckets {options.Buckets}",
            "every sentence is longer than the longest bucket; add a longer one.");
    }

    /// <summary>Trains to the end, or until <see cref="TrainingContext.Stop"/>; logs, evaluates, writes checkpoints and the summary.</summary>
    /// <exception cref="UserErrorException">Non-finite loss or gradient, a failed stage, a damaged checkpoint, an unwritable disk.</exception>
    public static RunSummary Train(ModelParallelOptions options, Corpus corpus, TrainingContext context)
    {
        var world = new ModelParallelWorld(context.Communicator, options.Stages);
        context = context with { Peers = world.Peers };
        var text = new SentenceText(corpus.Train, corpus.Vocabulary, options.SentenceEnd);
        var buckets = ModelParallelTask.Buckets(text, options, keepAll: false);
        context.Logger.Message(buckets.Describe("train"));
        var sizes = options.ModelFor(corpus.Vocabulary.Count);
        var placement = Place(options, buckets, context);
        context.Logger.Message($"stages of the layers: {placement}");
        using var session = new TrainingSession(options, context, (group, team) => new ModelParallelTask(
            options, corpus, context, world, placement,
            new ModelParallelLearner(options, sizes, world, placement, new BucketPlan(buckets, options.BatchSize, group.Total), group, team, context.Device)));
        try
        {
            return session.Run();
        }
        catch (CommunicationException failure)
        {
            throw new CommunicationException($"{options.NameOf(context.Communicator.Rank)}: {failure.Message}", failure);
        }
    }

    // Measured by rank 0, so that all agree. A run that goes on keeps to its placement while it has as many stages.
    private static StagePlacement Place(ModelParallelOptions options, SentenceBuckets buckets, TrainingContext context)
    {
        if (options.Placement == StagePlacement.Evenly || (options.Stages == 1 && options.StageMemory == 0))
        {
            return StagePlacement.Even(options.NumLayers, options.Stages);
        }

        if (options.Placement != StagePlacement.Auto)
        {
            return StagePlacement.Parse(options.Placement, options.NumLayers, options.Stages);
        }

        if (options.Resume.Length > 0 && LoadedCheckpoint.Verify(options.Resume).Placement is { } before)
        {
            int stages = before.Split(',').Distinct().Count();
            if (stages == options.Stages)
            {
                return StagePlacement.Parse(before, options.NumLayers, stages);
            }
        }

        byte[] sizes = new byte[options.Stages];
        if (context.Communicator.Rank == 0)
        {
            using var team = new ThreadTeam(options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
            using var threads = KernelThreads.Use(team);
            var costs = LayerTimings.Measure(
                options.ModelFor(buckets.Text.Words), buckets.Lengths[buckets.Lengths.Length / 2], options.BatchSize, buckets.Lengths[^1], context.Device);
            var found = BalancedPlacement.Find(costs, options.Stages, options.StageMemory << 20);
            sizes = [.. Enumerable.Range(0, options.Stages).Select(stage => (byte)found[stage].Layers)];
        }

        context.Communicator.Broadcast(sizes, root: 0);
        return StagePlacement.OfSizes(sizes.Select(count => (int)count));
    }
}
