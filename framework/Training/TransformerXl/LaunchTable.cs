using Compression.Core.Catalog;

namespace Compression.Training.TransformerXl;

/// <summary>
/// One of the published set-ups of 2019 (the base model of 186.7 million parameters on WikiText-103, and the large one on a vocabulary of
/// 50,257 pieces): how many machines of how many workers, the batch of each worker, and a rate for 32 sequences that grows with the global batch.
/// </summary>
/// <param name="Name">As <c>--config</c> names it.</param>
/// <param name="Machines">Machines.</param>
/// <param name="WorkersPerMachine">GPUs of each.</param>
/// <param name="BatchSize">Sequences a worker.</param>
/// <param name="BaseRate">Learning rate for 32 sequences.</param>
/// <param name="IsLarge">The large model.</param>
public sealed record LaunchTable(string Name, int Machines, int WorkersPerMachine, int BatchSize, double BaseRate, bool IsLarge)
{
    private const double Rate = 1.25e-4;

    private static readonly LaunchTable[] s_all =
    [
        new("one_gpu", 1, 1, 32, Rate * 5 / 3 * 5, false),
        new("one_machine", 1, 8, 96, Rate * 5 / 3, false),
        new("single_machine", 1, 8, 96, Rate * 5 / 3, false),
        new("two_machines", 2, 8, 96, Rate * 5 / 3, false),
        new("four_machines", 4, 8, 96, Rate, false),
        new("eight_machines", 8, 8, 96, Rate / 2, false),
        new("sixteen_machines", 16, 8, 96, Rate / 4, false),
        new("test_1", 1, 8, 16, Rate * 5 / 3, true),
        new("test_2", 2, 8, 16, Rate * 5 / 3, true),
        new("test_4", 4, 8, 16, Rate, true),
        new("test_8", 8, 8, 16, Rate * 2, true),
        new("test_16", 16, 8, 16, Rate * 2, true),
    ];

    /// <summary>All set-ups.</summary>
    public static IReadOnlyList<LaunchTable> All => s_all;

    /// <summary>Workers in all.</summary>
    public int Workers => Machines * WorkersPerMachine;

    /// <summary>The vocabulary that its parameters were counted with.</summary>
    public int Vocabulary => IsLarge ? 50257 : 267736;

    /// <summary>The set-up of a name; null for <c>none</c>.</summary>
    public static LaunchTable? Find(string name) => s_all.FirstOrDefault(entry => entry.Name == name);

    /// <summary>The learning rate for a number of workers: the base rate times global batch / 32.</summary>
    public double RateFor(int workers) => BaseRate * BatchSize * workers / 32;

    /// <summary>Values of options, which the command line overrules.</summary>
    /// <param name="workers">Workers that the rate is set for.</param>
    public IReadOnlyList<KeyValuePair<string, string>> Values(int workers)
    {
        string model = IsLarge
            ? "n_layer=18 d_model=1024 n_head=16 d_head=64 d_inner=4096 dropout=0.2 dropatt=0.2 tgt_len=384 mem_len=384 max_tokens=3.6e10 init_std=0.005 cutoffs=20000,40000,50000 bpe=true"
            : "n_layer=16 d_model=512 n_head=8 d_head=48 d_inner=2048 dropout=0.1 tgt_len=128 mem_len=128 max_tokens=1.8e9";
        return
        [
            KeyValuePair.Create("config", Name),
            .. $"{model} dataset=wt103 adaptive=true fp16=true optim=lamb eval_tgt_len=128 eval_interval=1000".Split(' ')
                .Select(pair => pair.Split('=')).Select(pair => KeyValuePair.Create(pair[0], pair[1])),
            KeyValuePair.Create("batch_size", OptionText.Format(BatchSize)),
            KeyValuePair.Create("lr", RateFor(workers).ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        ];
    }
}
