using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.Lm1b;

/// <summary>
/// What <c>--hpconfig key=value,...</c> sets: sizes of the model and of a batch, and how it is trained. Keys and defaults are those of the published
/// single-machine code (Józefowicz and others 2016, LSTM-2048-512); every value means what it says in every mode.
/// </summary>
public sealed record Lm1bHyperparameters
{
    private const int Largest = 1 << 20;

    private const string Delay = "num_delayed_steps";

    // The model of a checkpoint, and how its text is read.
    private static readonly string[] s_ofEvaluation = ["vocab_size", "emb_size", "state_size", "projected_size", "num_layers", "batch_size", "num_steps"];

    private static readonly OptionSchema s_schema = OptionSchema.Of(typeof(Lm1bHyperparameters));

    // What is left out where the text is the sample corpus: its words, and a model that learns them within minutes.
    private static readonly KeyValuePair<string, string>[] s_ofSample =
    [
        new("vocab_size", SampleShards.Words.ToString(CultureInfo.InvariantCulture)), new("num_sampled", "256"), new("emb_size", "64"), new("state_size", "128"),
        new("projected_size", "64"), new("batch_size", "32"),
    ];

    /// <summary>Rows of a worker's batch.</summary>
    [Option("batch_size", "rows of a worker's batch", Min = 1, Max = Largest)]
    public int BatchSize { get; init; } = 128;

    /// <summary>Time steps of a batch; the loss is scaled by it.</summary>
    [Option("num_steps", "time steps of a batch", Min = 1, Max = 65536)]
    public int NumSteps { get; init; } = 20;

    /// <summary>Shards of each table: row r is in shard r mod num_shards.</summary>
    [Option("num_shards", "shards of the embedding and of the softmax", Min = 1, Max = 65536)]
    public int NumShards { get; init; } = 8;

    /// <summary>LSTM layers.</summary>
    [Option("num_layers", "LSTM layers", Min = 1, Max = 1024)]
    public int NumLayers { get; init; } = 1;

    /// <summary>Of Adagrad.</summary>
    [Option("learning_rate", "learning rate of Adagrad", Min = 0, MinExclusive = true, Max = 1e38)]
    public double LearningRate { get; init; } = 0.2;

    /// <summary>Largest norm of a worker's LSTM gradients; 0: they are not clipped.</summary>
    [Option("max_grad_norm", "largest norm of a worker's LSTM gradients; 0: not clipped", Min = 0, Max = 1e38)]
    public double MaxGradNorm { get; init; } = 10;

    /// <summary>Share of activations that dropout keeps, above 0 and at most 1.</summary>
    [Option("keep_prob", "share of activations that dropout keeps", Min = 0, MinExclusive = true, Max = 1)]
    public double KeepProb { get; init; } = 0.9;

    /// <summary>Words of the model: the first of the vocabulary file.</summary>
    [Option("vocab_size", "words of the model, the first of the vocabulary file", Min = 2, Max = 100_000_000)]
    public int VocabSize { get; init; } = 793_470;

    /// <summary>Length of a word's vector.</summary>
    [Option("emb_size", "length of a word's vector", Min = 1, Max = Largest)]
    public int EmbSize { get; init; } = 512;

    /// <summary>Cells of an LSTM layer.</summary>
    [Option("state_size", "cells of an LSTM layer", Min = 1, Max = Largest)]
    public int StateSize { get; init; } = 2048;

    /// <summary>Length that a layer's output is projected to.</summary>
    [Option("projected_size", "length that a layer's output is projected to", Min = 1, Max = Largest)]
    public int ProjectedSize { get; init; } = 512;

    /// <summary>Words that the sampled softmax compares with; at most <see cref="VocabSize"/>.</summary>
    [Option("num_sampled", "words drawn for the sampled softmax", Min = 1, Max = int.MaxValue)]
    public int NumSampled { get; init; } = 8192;

    /// <summary>Keeps a moving average of the LSTM weights.</summary>
    [Option("average_params", "keep a moving average of the LSTM weights")]
    public bool AverageParams { get; init; } = true;

    /// <summary>Steps by which each further worker starts later where workers do not wait for each other.</summary>
    [Option(Delay, "steps by which each further asynchronous worker starts later", Min = 0, Max = int.MaxValue)]
    public int NumDelayedSteps { get; init; } = 150;

    /// <summary>Reads <c>key=value</c> pairs separated by commas; keys that are left out keep their defaults.</summary>
    /// <param name="text">For example <c>batch_size=64,average_params=False</c>; empty for the defaults.</param>
    /// <param name="sample">The text is the sample corpus, whose defaults are smaller.</param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Usage"/>: an unknown key (the nearest is named), a pair without <c>=</c>, a key given twice, a value of another type or out of range, or more
    /// sampled words than there are words.
    /// </exception>
    public static Lm1bHyperparameters Parse(string text, bool sample = false)
    {
        var hyper = (Lm1bHyperparameters)s_schema.Bind([.. sample ? s_ofSample : [], .. Pairs(text)], static key => $"--hpconfig {key}");
        return hyper.NumSampled <= hyper.VocabSize ? hyper : throw Wrong(
            $"--hpconfig num_sampled {hyper.NumSampled}: more words than vocab_size={hyper.VocabSize} cannot be drawn without repetition; the nearest is {hyper.VocabSize}.");
    }

    /// <summary>Warnings on pairs that were given in vain.</summary>
    /// <param name="text">As for <see cref="Parse"/>.</param>
    /// <param name="trains">Something is trained, and not evaluated alone.</param>
    /// <param name="sync">Workers wait for each other.</param>
    public static IEnumerable<string> Idle(string text, bool trains, bool sync) => Pairs(text)
        .Where(pair => trains ? sync && pair.Key == Delay && pair.Value != "0" : !s_ofEvaluation.Contains(pair.Key))
        .Where(pair => s_schema.Options.Single(option => option.Name == pair.Key) is var option && option.Normalize(pair.Value, pair.Key) != OptionText.Format(option.Default))
        .Select(pair => $"--hpconfig {pair.Key} has no effect here: {(trains ? "it needs --sync false" : "nothing is trained")}.");

    private static Dictionary<string, string> Pairs(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in text.Length == 0 ? [] : text.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw Wrong($"--hpconfig: '{pair}' is no pair; write key=value, with commas between pairs and no spaces.");
            }

            string key = pair[..equals].TrimEnd();
            if (!values.TryAdd(key, pair[(equals + 1)..].TrimStart()))
            {
                throw Wrong($"--hpconfig {key}: it is given twice; give it once.");
            }
        }

        return values;
    }

    private static UserErrorException Wrong(FormattableString message) => new(ExitCode.Usage, message.ToString(CultureInfo.InvariantCulture));
}
