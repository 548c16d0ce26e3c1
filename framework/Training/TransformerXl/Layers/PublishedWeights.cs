using Compression.Core.Reporting;
using Compression.Torch.Devices;
using Compression.Training.Checkpoints;
using Compression.Training.Parameters;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>
/// Transformer-XL's weights in a file, as the published code's state_dict names them: shared tables and projections stand under both
/// names, and the frequencies of the sinusoids are there.
/// </summary>
/// <param name="shape">The model.</param>
public sealed class PublishedWeights(TransformerXlShape shape)
{
    private const string Frequencies = "pos_emb.inv_freq";

    // Names under which a shared tensor stands once more, with the name that it has here.
    private readonly Dictionary<string, string> _aliases = FindAliases(shape);

    private bool HasSinusoids => shape.Attention is AttentionType.Relative or AttentionType.Absolute;

    /// <summary>Writes a whole state_dict; the file appears complete or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The weights.</param>
    /// <param name="metadata">Free text by name; may be null.</param>
    public void Save(string path, FlatModel model, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var slots = model.Bucket.Layout.Slots.ToDictionary(slot => slot.Name);
        var entries = model.Entries().Concat(_aliases.Select(pair => new TensorEntry(pair.Key, TensorType.F32, slots[pair.Value].Shape)));
        float[] frequencies = HasSinusoids ? SinusoidalPositions.InverseFrequencies(shape.ModelWidth) : [];
        if (HasSinusoids)
        {
            entries = entries.Append(new TensorEntry(Frequencies, TensorType.F32, [frequencies.Length]));
        }

        SafetensorsWriter.Save(path, [.. entries], writer =>
        {
            model.Write(writer);
            DeviceTransfer.Show(model.FlatParameters, values =>
            {
                foreach (var (alias, name) in _aliases)
                {
                    writer.Write(alias, values.Slice(slots[name].Offset, slots[name].Length));
                }
            });

            if (HasSinusoids)
            {
                writer.Write(Frequencies, frequencies);
            }
        }, metadata);
    }

    /// <summary>Reads a state_dict or a checkpoint's model.</summary>
    /// <param name="file">The file.</param>
    /// <param name="model">Takes the weights.</param>
    /// <param name="shownAs">The option and its value, for messages.</param>
    /// <param name="code">How the program ends where the file does not fit.</param>
    /// <exception cref="UserErrorException">A tensor is missing, too many, or of another shape; it is named.</exception>
    public void Read(SafetensorsFile file, FlatModel model, string shownAs, ExitCode code)
    {
        RequireFit(file, shownAs, code);
        model.Read(file, shownAs, code);
    }

    /// <summary>Checks names and shapes alone.</summary>
    /// <inheritdoc cref="Read"/>
    public void RequireFit(SafetensorsFile file, string shownAs, ExitCode code)
    {
        var expected = shape.Layout().Slots.ToDictionary(slot => slot.Name, slot => slot.Shape);
        foreach (var (name, size) in expected)
        {
            var entry = file.Find(name) ?? throw new UserErrorException(code, $"{shownAs}: has no tensor {name}, which this model needs; set the options of its own model.");
            if (entry.Type != TensorType.F32 || !entry.Shape.SequenceEqual(size))
            {
                throw new UserErrorException(
                    code, $"{shownAs}: {name} is {entry.Type} [{string.Join(", ", entry.Shape)}], this model needs F32 [{string.Join(", ", size)}]{Hint(name)}.");
            }
        }

        if (file.Tensors.FirstOrDefault(entry => !expected.ContainsKey(entry.Name) && !_aliases.ContainsKey(entry.Name) && entry.Name != Frequencies) is { } extra)
        {
            throw new UserErrorException(code, $"{shownAs}: holds {extra.Name}, which this model has not; set the options of its own model.");
        }
    }

    private string Hint(string name) =>
        name.Contains("_net.", StringComparison.Ordinal) || name.StartsWith("r_", StringComparison.Ordinal)
            ? $"; it follows from n_head {shape.Heads}, d_head {shape.HeadWidth} and d_model {shape.ModelWidth}"
            : name.Contains("emb_layers", StringComparison.Ordinal) ? $"; it follows from {shape.Vocabulary} {Plural.Of(shape.Vocabulary, "word")} and d_embed {shape.EmbeddingWidth}" : "";

    private static Dictionary<string, string> FindAliases(TransformerXlShape shape)
    {
        var aliases = new Dictionary<string, string>();
        for (int table = 0; shape.Tied && table < (shape.DivisorOfWidths == 1 ? 1 : shape.Clusters); table++)
        {
            aliases[$"crit.out_layers.{table}.weight"] = $"word_emb.emb_layers.{table}.weight";
        }

        for (int cluster = 0; cluster < shape.Clusters; cluster++)
        {
            if (shape.TiesProjection(cluster))
            {
                aliases[$"crit.out_projs.{cluster}"] = $"word_emb.emb_projs.{(shape.DivisorOfWidths == 1 ? 0 : cluster)}";
            }
        }

        return aliases;
    }
}
