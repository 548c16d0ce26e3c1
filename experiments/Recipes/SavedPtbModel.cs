using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Ptb;
using Compression.Training.Recurrent;

namespace Compression.Experiments.Recipes;

/// <summary>Reads off a weights file which model it belongs to: its tensors carry PyTorch's names and so tell all sizes.</summary>
internal static class SavedPtbModel
{
    /// <summary>Name of the weights in a checkpoint.</summary>
    public const string FileName = "model.safetensors";

    private const string Encoder = "encoder.weight";
    private const string Decoder = "decoder.weight";

    /// <summary>The options of the model in a file.</summary>
    /// <param name="weights">Path of a safetensors file.</param>
    /// <param name="shown">The option that led to it, and its value.</param>
    /// <param name="code">How the program ends where no language model is in it.</param>
    /// <param name="options">Everything else.</param>
    /// <exception cref="UserErrorException">No such file, or no language model in it.</exception>
    public static PtbOptions OptionsOf(string weights, string shown, ExitCode code, PtbOptions options)
    {
        using var file = Open(weights, shown, code);
        long embedding = WidthOf(Encoder) ?? 0, hidden = WidthOf(Decoder) ?? embedding;
        string? model = RecurrentLayers.Names.FirstOrDefault(name => RecurrentLayers.Find(name).Parameters(embedding, hidden)
            .All(parameter => Find(parameter.Name, 0)?.Shape.SequenceEqual(parameter.Shape) == true));
        if (model is null)
        {
            throw new UserErrorException(
                code, $"{shown}: it holds no recurrent language model under PyTorch's names ({Encoder}, rnn.weight_hh_l0, ...).");
        }

        int layers = 1;
        while (Find(RecurrentLayers.Find(model).Parameters(hidden, hidden)[0].Name, layers) is not null)
        {
            layers++;
        }

        return options with
        {
            Model = model,
            EmbSize = (int)embedding,
            NumHid = (int)hidden,
            NumLayers = layers,
            Tied = file.Find(Decoder) is null,
            InitWeights = weights,
        };

        long? WidthOf(string name) => file.Find(name) is { Shape: [_, var width] } ? width : null;
        TensorEntry? Find(string parameter, int layer) => file.Find($"rnn.{parameter}_l{layer}");
    }

    /// <summary>Makes sure that a file belongs to a model of these sizes.</summary>
    /// <param name="weights">Path of the file.</param>
    /// <param name="shown">The option that led to it, and its value.</param>
    /// <param name="code">How the program ends where it does not.</param>
    /// <param name="options">The sizes.</param>
    /// <param name="vocabulary">Of the corpus at hand.</param>
    /// <returns>What the user must know of a file that names no vocabulary; null where it fits.</returns>
    /// <exception cref="UserErrorException">It belongs to another; the option is named.</exception>
    public static string? RequireSame(string weights, string shown, ExitCode code, PtbOptions options, Vocabulary vocabulary)
    {
        var saved = OptionsOf(weights, shown, code, options);
        (string Name, object Saved, object Now)[] sizes =
        [
            ("model", saved.Model, options.Model),
            ("emb_size", saved.EmbSize, options.EmbSize),
            ("num_hid", saved.NumHid, options.NumHid),
            ("num_layers", saved.NumLayers, options.NumLayers),
        ];
        foreach (var (name, then, now) in sizes.Where(size => !size.Saved.Equals(size.Now)))
        {
            throw new UserErrorException(
                code, $"{shown}: its model has --{name} {OptionText.Format(then)}, this run has {OptionText.Format(now)}; set --{name} {OptionText.Format(then)}, or start a new run without {shown.Split(' ')[0]}.");
        }

        using var file = Open(weights, shown, code);
        if (file.Find(Encoder)!.Shape[0] != vocabulary.Count)
        {
            throw new UserErrorException(
                code, $"{shown}: its vocabulary has {file.Find(Encoder)!.Shape[0]} {Plural.Of(file.Find(Encoder)!.Shape[0], "word")}, the corpus has {vocabulary.Count}; name the corpus that it was trained on by --data.");
        }

        return VocabularyMark.Check(file, vocabulary.Fingerprint(), shown, code);
    }

    private static SafetensorsFile Open(string weights, string shown, ExitCode code)
    {
        if (!File.Exists(weights))
        {
            throw new UserErrorException(code, $"{shown}: no such file; name one in safetensors format.");
        }

        try
        {
            return SafetensorsFile.Open(weights);
        }
        catch (SafetensorsException damage)
        {
            throw new UserErrorException(code, $"{shown}: {damage.Message}; name another file.", damage);
        }
    }
}
