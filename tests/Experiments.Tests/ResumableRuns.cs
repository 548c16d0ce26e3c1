using Compression.Core.Catalog;
using Compression.Training.Lm1b;
using Compression.Training.ModelParallel;
using Compression.Training.Ptb;
using Compression.Training.TransformerXl;

namespace Compression.Experiments.Tests;

/// <summary>A short run of every trainer, made once, with a checkpoint of its last step; tests change copies of it.</summary>
public sealed class ResumableRuns : IDisposable
{
    /// <summary>How the run of each trainer was started.</summary>
    public static readonly IReadOnlyDictionary<string, (string Arguments, Type Options)> Trainers = new Dictionary<string, (string, Type)>
    {
        ["train"] = ($"train --data corpus --compressor topk --compress_ratio 0.1 --max_steps 2 --checkpoint_every 2 {Sandbox.TinyModel}", typeof(PtbOptions)),
        ["lm1b"] = ($"{Sandbox.TinyLm1b} --max_steps 2 --checkpoint_every 2", typeof(Lm1bOptions)),
        ["transformer-xl"] = (
            "transformer-xl --dataset ptb --data corpus --n_layer 1 --n_head 2 --d_head 4 --d_model 8 --d_inner 8 --tgt_len 5 --mem_len 5 --eval_tgt_len 5 --batch_size 4 "
            + "--eval_batch_size 2 --threads 1 --log_interval 2 --max_step 2 --checkpoint_every 2", typeof(TransformerXlOptions)),
        ["model-parallel"] = (
            "model-parallel --data corpus --stages 1 --emb_size 8 --num_hid 12 --num_layers 2 --batch_size 4 --buckets 8,16,60 --threads 1 --timeline_steps 0 --max_steps 2 --checkpoint_every 2",
            typeof(ModelParallelOptions)),
    };

    private readonly Dictionary<string, Sandbox> _sandboxes = [];

    /// <summary>A trainer's own options.</summary>
    public static IReadOnlyList<OptionDescriptor> OptionsOf(string trainer) => OptionSchema.Of(Trainers[trainer].Options).Options;

    /// <summary>Copies the run of a trainer into a sandbox, as the folder <c>run</c>.</summary>
    internal void CopyTo(Sandbox target, string trainer) => Sandbox.Copy(RunOf(trainer).At("run"), target.At("run"));

    public void Dispose()
    {
        foreach (var sandbox in _sandboxes.Values)
        {
            sandbox.Dispose();
        }
    }

    private Sandbox RunOf(string trainer)
    {
        if (!_sandboxes.TryGetValue(trainer, out var sandbox))
        {
            sandbox = _sandboxes[trainer] = new Sandbox();
            sandbox.WriteCorpus();
            sandbox.WriteBillionWords();
            var outcome = sandbox.Run($"{Trainers[trainer].Arguments} --out run");
            Assert.True(outcome.Code == 0, outcome.Errors);
        }

        return sandbox;
    }
}
