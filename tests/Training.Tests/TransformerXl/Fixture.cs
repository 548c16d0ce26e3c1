using System.Globalization;
using Compression.Training.Checkpoints;
using Compression.Training.TransformerXl.Layers;
using static TorchSharp.torch;

namespace Compression.Training.Tests.TransformerXl;

/// <summary>Weights, inputs and results of the published code, and its settings.</summary>
internal sealed class Fixture : IDisposable
{
    private readonly SafetensorsFile _file;

    public Fixture(string name) => _file = SafetensorsFile.Open(PathOf(name));

    /// <summary>Where the file of a name lies beside these tests.</summary>
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "TransformerXl", "Fixtures", $"{name}.safetensors");

    public TransformerXlShape Shape => new()
    {
        Vocabulary = Number("n_token"),
        Layers = Number("n_layer"),
        Heads = Number("n_head"),
        HeadWidth = Number("d_head"),
        ModelWidth = Number("d_model"),
        EmbeddingWidth = Number("d_embed"),
        InnerWidth = Number("d_inner"),
        Attention = (AttentionType)Number("attn_type"),
        PreNorm = _file.Metadata["pre_lnorm"] == "True",
        SameLength = _file.Metadata["same_length"] == "True",
        ClampLength = Number("clamp_len"),
        DivisorOfWidths = Number("div_val"),
        Cutoffs = [.. List("cutoffs").Select(text => int.Parse(text, CultureInfo.InvariantCulture))],
        TiedProjections = [.. List("tie_projs").Select(text => text == "True")],
        MaxKeys = Number("tgt_len") + Number("ext_len") + Number("mem_len"),
    };

    public int MemoryLength => Number("mem_len");

    public int ParameterCount => Number("n_all_param");

    public Tensor Read(string name)
    {
        var entry = _file.Find(name)!;
        if (entry.Type == TensorType.I64)
        {
            long[] ids = new long[entry.Length];
            _file.Read(name, ids);
            return tensor(ids, [.. entry.Shape]);
        }

        float[] values = new float[entry.Length];
        _file.Read(name, values);
        return tensor(values, [.. entry.Shape]);
    }

    public bool Holds(string name) => _file.Find(name) is not null;

    /// <summary>The model with the published weights.</summary>
    public TransformerXlModel Model()
    {
        var model = new TransformerXlModel(Shape);
        using var noGradient = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            using var values = Read($"weights.{name}");
            parameter.copy_(values);
        }

        return model;
    }

    public void Dispose() => _file.Dispose();

    private int Number(string key) => int.Parse(_file.Metadata[key], CultureInfo.InvariantCulture);

    private string[] List(string key) =>
        _file.Metadata[key].Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
