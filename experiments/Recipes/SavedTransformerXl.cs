using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.TransformerXl;

namespace Compression.Experiments.Recipes;

/// <summary>What is done with the weights of a checkpoint or a file, beside training: evaluation, and going on with a text.</summary>
/// <param name="options">Resolved; of a checkpoint those of its run.</param>
/// <param name="corpus">The text that the weights were trained on.</param>
internal sealed class SavedTransformerXl(TransformerXlOptions options, Corpus corpus)
{
    /// <summary>Does what the options ask for.</summary>
    /// <exception cref="UserErrorException">No weights are named, or they do not fit.</exception>
    public void Use(CommandEnvironment environment)
    {
        var (path, shown, code) = options.Resume.Length > 0
            ? (Path.Combine(options.Resume, SavedPtbModel.FileName), $"--resume {options.Resume}", ExitCode.Checkpoint)
            : (environment.FullPathOrEmpty(options.InitWeights), $"--init_weights {options.InitWeights}", ExitCode.Usage);
        if (path.Length == 0)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--{(options.EvalOnly ? "eval_only" : "generate")}: needs weights; name a run by --resume, or a file by --init_weights.");
        }

        if (options.Resume.Length > 0)
        {
            LoadedCheckpoint.Verify(options.Resume);
        }

        CommandLine.Warn(corpus.Warnings.Concat(TransformerXlTrainer.Notes(options with { InitWeights = options.Resume.Length > 0 ? "" : path }, corpus)), environment);

        if (options.EvalOnly)
        {
            Evaluate(path, environment);
        }

        if (options.Generate.Length > 0)
        {
            using var generator = new TextGenerator(options, corpus.Vocabulary, path, shown, code);
            int[] start = corpus.Vocabulary.Encode(options.Generate);
            environment.Screen.Output.WriteLine(corpus.Vocabulary.Decode([.. start, .. generator.Continue(start)]).TrimEnd());
        }
    }

    private void Evaluate(string weights, CommandEnvironment environment)
    {
        // The weights alone count: whatever the run compressed with, and among however many workers, is left aside.
        var alone = options with { InitWeights = weights, Resume = "", Compressor = "none", NumWorkers = 1, VirtualWorkers = 0, Overlap = false, BucketBytes = 0 };
        TransformerXlTrainer.Check(alone, Components.Compose("none"), corpus, workers: 1);
        SavedWeights.Evaluate(["valid", "test"], (split, context) => TransformerXlTrainer.Evaluate(alone, corpus, split, context), alone.UseGpu, environment);
    }
}
