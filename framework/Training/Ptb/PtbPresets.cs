namespace Compression.Training.Ptb;

/// <summary>
/// Published settings, as option values that the command line overrules. zaremba-*: Zaremba, Sutskever and Vinyals 2014, "Recurrent
/// neural network regularization" (test perplexities 114.5, 82.7, 78.4); pytorch-1500-tied: PyTorch's word_language_model example
/// (72.30), the baseline of Deep Gradient Compression; gradcomp: the command line that this framework descends from,
/// with GradComp's own defaults of its compressors where the papers' are others; sample: a few
/// minutes on the generated corpus, where it is the one at hand.
/// </summary>
/// <remarks>
/// Zaremba's loss is the sum over the time steps of a batch, ours the mean: his rate η and clip norm c at T steps are ηT and c/T here.
/// Rate 1 and clip 5 at 20 steps thus read 20 and 0.25.
/// </remarks>
public static class PtbPresets
{
    /// <summary>The values of a preset; empty for <c>none</c>.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Values(string preset) => preset switch
    {
        "sample" => Options("epochs=6 lr_schedule=step lr_decay=0.5 decay_after=3 log_interval=100"),
        "zaremba-small" => Options("emb_size=200 num_hid=200 num_layers=2 bptt=20 batch_size=20 init_lr=20 lr_schedule=step lr_decay=0.5 decay_after=4 epochs=13 clip=0.25 dropout=0"),
        "zaremba-medium" => Options("emb_size=650 num_hid=650 num_layers=2 bptt=35 batch_size=20 init_range=0.05 init_lr=35 lr_schedule=step lr_decay=0.8 decay_after=6 epochs=39 clip=0.142857 dropout=0.5"),
        "zaremba-large" => Options("emb_size=1500 num_hid=1500 num_layers=2 bptt=35 batch_size=20 init_range=0.04 init_lr=35 lr_schedule=step lr_decay=0.869565 decay_after=14 epochs=55 clip=0.285714 dropout=0.65"),
        "pytorch-1500-tied" => Options("emb_size=1500 num_hid=1500 num_layers=2 bptt=35 batch_size=20 init_lr=20 epochs=40 clip=0.25 dropout=0.65 tied=true"),
        "gradcomp" => Options("emb_size=700 num_hid=700 num_layers=2 bptt=43 batch_size=128 init_lr=20 lr_schedule=gradcomp lr_decay=0 epochs=70 clip=0.25 dropout=0.7003 log_interval=1 compress_ratio=1 clip_const=17.1 comp_const=3"),
        _ => [],
    };

    private static List<KeyValuePair<string, string>> Options(string text) =>
        [.. text.Split(' ').Select(pair => pair.Split('=')).Select(pair => KeyValuePair.Create(pair[0], pair[1]))];
}
