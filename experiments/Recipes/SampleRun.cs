namespace Compression.Experiments.Recipes;

/// <summary>
/// What a trainer does where no corpus is at hand and the sample corpus stands in: a model that fits it, and a run that two cores end within minutes. The command line
/// overrules it. (The main job's is the preset <c>sample</c>; the hyperparameters of lm1b are in <see cref="Training.Lm1b.Lm1bHyperparameters"/>.)
/// </summary>
internal static class SampleRun
{
    /// <summary>For the line that says which text it is.</summary>
    public const string Remark = "model and run are small, unless options say otherwise";

    /// <summary>Of the pipeline; all its layers, so that placements of the usual model go.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> ModelParallel { get; } = Options("emb_size=64 num_hid=64 dropout=0 num_round=2 log_interval=50");

    /// <summary>Of Transformer-XL.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> TransformerXl { get; } =
        Options("dataset=sample n_layer=3 d_model=96 n_head=4 d_head=24 d_inner=192 batch_size=16 lr=0.001 max_step=1000 log_interval=50 eval_interval=250");

    /// <summary>Of One Billion Words.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Lm1b { get; } = Options("datadir=sample max_steps=1500 log_interval=50 eval_n_per_epoch=1");

    private static List<KeyValuePair<string, string>> Options(string text) =>
        [.. text.Split(' ').Select(pair => pair.Split('=')).Select(pair => KeyValuePair.Create(pair[0], pair[1]))];
}
