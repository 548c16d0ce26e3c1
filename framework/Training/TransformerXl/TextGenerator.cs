using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Parameters;
using Compression.Training.TransformerXl.Layers;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl;

/// <summary>Goes on with a text: reads it word by word, then draws each next word from what the model expects.</summary>
public sealed class TextGenerator : IDisposable
{
    private readonly TransformerXlOptions _options;
    private readonly TransformerXlModel _module;
    private readonly FlatModel _storage;

    /// <param name="options">Sizes, weights and how to draw.</param>
    /// <param name="vocabulary">Of the text that the weights were trained on.</param>
    /// <param name="weights">Path of the weights.</param>
    /// <param name="shownAs">The option that led to them, and its value.</param>
    /// <param name="code">How the program ends where they do not fit.</param>
    public TextGenerator(TransformerXlOptions options, Vocabulary vocabulary, string weights, string shownAs, ExitCode code)
    {
        _options = options;
        var shape = options.ShapeFor(vocabulary.Count);
        _module = new TransformerXlModel(shape);
        _storage = new FlatModel(_module);
        using var file = WeightsFile.Open(weights, shownAs, code);
        new PublishedWeights(shape).Read(file, _storage, shownAs, code);
        _module.eval();
    }

    /// <summary>The words that follow; the same seed draws the same.</summary>
    /// <param name="start">Ids that stand before them, at least one.</param>
    public int[] Continue(ReadOnlySpan<int> start)
    {
        using var noGradient = no_grad();
        using var memory = _module.NewMemory(Math.Max(_options.EvalMemLen, 0));
        var random = new Threefry(RandomKey.Mix((ulong)_options.Seed, 0, 0, -1, RandomPurpose.Words));
        int[] words = new int[_options.Tokens];
        var read = new List<int>();
        for (int i = 0; i < start.Length + words.Length - 1; i++)
        {
            using var scope = NewDisposeScope();
            int latest = i < start.Length ? start[i] : words[i - start.Length];
            read.Add(latest);

            // Without a memory the last words are read again each time.
            int from = _options.MemLen > 0 ? read.Count - 1 : Math.Max(0, read.Count - _options.TgtLen);
            long[] input = [.. read.Skip(from).Select(id => (long)id)];
            var next = _module.NextWord(tensor(input, [input.Length, 1]), memory);
            if (i >= start.Length - 1)
            {
                int word = i - start.Length + 1;
                words[word] = Draw(MemoryMarshal.Cast<byte, float>(next.contiguous().bytes), random.Word(word));
            }
        }

        return words;
    }

    public void Dispose()
    {
        _storage.Dispose();
        _module.Dispose();
    }

    private int Draw(ReadOnlySpan<float> logProbabilities, uint random)
    {
        float[] values = logProbabilities.ToArray();
        int[] order = [.. Enumerable.Range(0, values.Length).OrderByDescending(word => values[word])];
        if (_options.Temperature == 0)
        {
            return order[0];
        }

        int choices = _options.TopK == 0 ? order.Length : Math.Min(_options.TopK, order.Length);
        double[] weights = [.. order.Take(choices).Select(word => Math.Exp((values[word] - values[order[0]]) / _options.Temperature))];
        double left = weights.Sum() * random / 4294967296.0;
        int chosen = 0;
        while (chosen < choices - 1 && (left -= weights[chosen]) >= 0)
        {
            chosen++;
        }

        return order[chosen];
    }
}
