namespace Compression.Experiments.Tests.Options;

/// <summary>Files that options name, made once.</summary>
internal static class OptionFiles
{
    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> s_files = new(Make);

    /// <summary>The base of each trainer: a model that trains in no time.</summary>
    public static IReadOnlyDictionary<string, string> Bases { get; } = new Dictionary<string, string>
    {
        ["train"] = $"train --data corpus {Sandbox.TinyModel} --max_steps 3",
        ["lm1b"] = $"{Sandbox.TinyLm1b.Replace("--log_interval 1", "--max_steps 3", StringComparison.Ordinal)}",
        ["transformer-xl"] =
            "transformer-xl --dataset ptb --data corpus --n_layer 1 --n_head 2 --d_head 4 --d_model 8 --d_inner 8 --tgt_len 5 --mem_len 5 --eval_tgt_len 5 "
            + "--batch_size 4 --eval_batch_size 2 --threads 1 --log_interval 2 --max_step 3 --lr 0.01 --init_std 0.2",
        ["model-parallel"] =
            "model-parallel --data corpus --emb_size 4 --num_hid 6 --num_layers 2 --batch_size 4 --buckets 8,16,60 --lr 0.3 --max_steps 3 --threads 1 --num_workers 1 --log_interval 2",
    };

    /// <summary>Puts them into a sandbox.</summary>
    public static void CopyTo(Sandbox sandbox)
    {
        foreach (var (name, bytes) in s_files.Value)
        {
            File.WriteAllBytes(sandbox.At(name), bytes);
        }
    }

    private static Dictionary<string, byte[]> Make()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var files = new Dictionary<string, byte[]>();
        foreach (string verb in (string[])["train", "transformer-xl"])
        {
            string name = verb == "train" ? "weights.safetensors" : "xl.safetensors";
            var outcome = sandbox.Run($"{Bases[verb]} --save_weights {name} --seed 3");
            Assert.True(outcome.Code == 0, outcome.Errors);
            files.Add(name, File.ReadAllBytes(sandbox.At(name)));
        }

        return files;
    }
}
