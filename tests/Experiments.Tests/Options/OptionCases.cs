namespace Compression.Experiments.Tests.Options;

/// <summary>The options whose declaration alone does not tell a test how to see them act.</summary>
internal static class OptionCases
{
    private const string AtOtherRanks = "there is none in one process; MpiTrainingTests and ModelParallelTests hold it";

    private const string ByTheTrainer = "this trainer refuses it, and says why";
    private const string AfterNaN = "it tells what becomes of a NaN";
    private const string AfterEvaluations = "it acts once the loss has stopped falling";
    private const string AtTheEndOfAnEpoch = "it acts at the end of an epoch";
    private const string OfWhatIsCompressed = "before and after an exact mean of one gradient are the same";

    private static readonly OptionCase s_plain = new();

    private static readonly Dictionary<string, OptionCase> s_cases = new()
    {
        // Of all trainers.
        ["memory"] = new() { With = "compressor=topk", Value = "ef21" },
        ["compressor"] = new() { Value = "topk" },
        ["exchange"] = new() { With = "compressor=topk", Value = "ps" },
        ["update"] = new() { With = "optim=sgd" },
        ["adam_eps"] = new() { Value = "0.01" },
        ["min_slot_size"] = new() { With = "compressor=topk", Value = "30" },
        ["slot"] = new() { With = "compressor=topk", Value = "*weight*=none" },
        ["warmup_epochs"] = new() { With = "compressor=topk" },
        ["method"] = new() { Value = "sparseloco" },
        ["local_steps"] = new() { Value = "2" },
        ["outer_optimizer"] = new() { With = "outer_momentum=0.5", Value = "nesterov" },
        ["overlap"] = new() { With = "clip_scope=aggregated" },
        ["bucket_bytes"] = new() { Value = "256" },
        ["virtual_workers"] = new() { Value = "2" },
        ["on_nonfinite"] = new() { With = "init_lr=1e38 lr=1e38 optim=sgd hpconfig=vocab_size=12,batch_size=3,num_steps=4,emb_size=5,state_size=6,projected_size=4,num_sampled=6,num_shards=4,learning_rate=1e38", When = AfterNaN },
        ["num_workers"] = new() { With = "virtual_workers=2", Value = "2", Elsewhere = AtOtherRanks },
        ["hostfile"] = new() { Elsewhere = AtOtherRanks },
        ["comm_timeout"] = new() { Elsewhere = AtOtherRanks },
        ["threads"] = new()
        {
            Value = "2", Elsewhere = "results do not depend on it; environment.json says with how many a run was made",
            Demand = trace => trace.Environment.Contains("\"threads\": 2", StringComparison.Ordinal),
        },
        ["use_gpu"] = new() { Elsewhere = "it needs a GPU, and is refused without one" },
        ["resume"] = new() { Elsewhere = "it needs a checkpoint; TrainingRunTests and BadInputTests hold it" },
        ["quiet"] = new() { Elsewhere = "it silences the console", Demand = trace => !trace.Output.Trim().Contains('\n', StringComparison.Ordinal) },
        ["log_interval"] = new() { Value = "1" },
        ["exp_name"] = new() { Value = "other" },
        ["wandb"] = new() { Value = "offline" },
        ["wandb_resume"] = new() { Value = "allow" },
        ["checkpoint_each_epoch"] = new() { With = "max_steps=110 max_step=50", When = AtTheEndOfAnEpoch },

        // Of the PTB LSTM.
        ["train data"] = new() { Value = "other" },
        ["train preset"] = new() { Value = "zaremba-medium" },
        ["train tied"] = new() { With = "emb_size=6 num_hid=6" },
        ["train init_weights"] = new() { Value = "weights.safetensors" },
        ["train lr_schedule"] = new() { With = "epochs=2 max_steps=0 lr_decay=0.5", Value = "step", When = AtTheEndOfAnEpoch },
        ["train decay_after"] = new() { With = "epochs=2 max_steps=0 lr_schedule=step lr_decay=0.5", Value = "2", When = AtTheEndOfAnEpoch },
        ["train lr_decay"] = new() { With = "epochs=2 max_steps=0 lr_schedule=step decay_after=0", Value = "0.5", When = AtTheEndOfAnEpoch },
        ["train clip"] = new() { Value = "0.1" },
        ["train clip_scope"] = new() { With = "compressor=topk", When = OfWhatIsCompressed },
        ["train epochs"] = new() { With = "max_steps=0", Value = "2", When = AtTheEndOfAnEpoch },

        // Of the One Billion Word LSTM.
        ["lm1b method"] = new() { Elsewhere = ByTheTrainer },
        ["model-parallel method"] = new() { Elsewhere = "its methods need optimizers that it does not have; MethodTests hold it" },
        ["lm1b local_steps"] = new() { Elsewhere = ByTheTrainer },
        ["lm1b outer_optimizer"] = new() { Elsewhere = ByTheTrainer },
        ["lm1b outer_lr"] = new() { Elsewhere = ByTheTrainer },
        ["lm1b outer_momentum"] = new() { Elsewhere = ByTheTrainer },
        ["lm1b overlap"] = new() { Elsewhere = ByTheTrainer },
        ["lm1b update"] = new() { Elsewhere = ByTheTrainer },
        ["model-parallel overlap"] = new() { Elsewhere = ByTheTrainer },
        ["lm1b datadir"] = new() { Value = "other-lm1b" },
        ["lm1b hpconfig"] = new() { Value = "vocab_size=12,batch_size=3,num_steps=4,emb_size=6,state_size=6,projected_size=4,num_sampled=6" },
        ["lm1b mode"] = new() { Elsewhere = "it needs a run's checkpoints; Lm1bTests hold it" },
        ["lm1b eval_once"] = new() { Elsewhere = "it needs a run's checkpoints; Lm1bTests hold it" },
        ["lm1b eval_steps"] = new() { Value = "1" },
        ["lm1b eval_n_per_epoch"] = new() { Value = "1" },
        ["lm1b sync"] = new() { Elsewhere = AtOtherRanks },
        ["lm1b num_servers"] = new() { Elsewhere = AtOtherRanks },
        ["lm1b num_variable_shards"] = new() { Elsewhere = AtOtherRanks },
        ["lm1b row_compressor"] = new() { Value = "float16" },
        ["lm1b resource_info_file"] = new() { Elsewhere = AtOtherRanks },
        ["lm1b ckpt_dir"] = new() { Value = "kept" },
        ["lm1b save_n_ckpts_per_epoch"] = new() { Value = "2", With = "max_steps=110", When = AtTheEndOfAnEpoch },

        // Of Transformer-XL.
        ["transformer-xl dataset"] = new() { Value = "enwik8", Elsewhere = "it needs its files; TransformerXlCorpusTests hold it" },
        ["transformer-xl data"] = new() { Value = "other" },
        ["transformer-xl config"] = new() { Value = "one_gpu", With = "max_tokens=60 cutoffs=3", When = "it trains 1.8e9 tokens" },
        ["transformer-xl d_embed"] = new() { Value = "6" },
        ["transformer-xl d_model"] = new() { Value = "10" },
        ["transformer-xl warmup_step"] = new() { Value = "3" },
        ["transformer-xl attn_type"] = new() { Value = "1" },
        ["transformer-xl clamp_len"] = new() { Value = "2" },
        ["transformer-xl adaptive"] = new() { Value = "true", Elsewhere = "the small text has one cluster; div_val and cutoffs act with it" },
        ["transformer-xl cutoffs"] = new() { With = "adaptive=true", Value = "4,8" },
        ["transformer-xl div_val"] = new() { With = "adaptive=true cutoffs=4", Value = "2" },
        ["transformer-xl proj_init_std"] = new() { With = "d_embed=6", Value = "0.3" },
        ["transformer-xl init_weights"] = new() { Value = "xl.safetensors" },
        ["transformer-xl loss_scale"] = new() { With = "fp16=true", Value = "1e300" },
        ["transformer-xl clip_scope"] = new() { With = "compressor=topk", When = OfWhatIsCompressed },
        ["transformer-xl warmup_tokens"] = new() { With = "max_tokens=60", Value = "30" },
        ["transformer-xl max_tokens"] = new() { Value = "40" },
        ["transformer-xl patience"] = new() { With = "eval_interval=1 max_step=6 lr=10 optim=sgd", Value = "3", When = AfterEvaluations },
        ["transformer-xl decay_rate"] = new() { With = "eval_interval=1 max_step=6 lr=10 optim=sgd", Value = "0.1", When = AfterEvaluations },
        ["transformer-xl lr_min"] = new() { With = "eval_interval=1 max_step=6 lr=10 optim=sgd decay_rate=0.1", Value = "3", When = AfterEvaluations },
        ["transformer-xl eta_min"] = new() { Value = "0.005" },
        ["transformer-xl eval_interval"] = new() { Value = "1" },
        ["transformer-xl eval_only"] = new() { With = "init_weights=xl.safetensors", Value = "true" },
        ["transformer-xl generate"] = new() { With = "init_weights=xl.safetensors", Value = "the cat" },
        ["transformer-xl tokens"] = new() { With = "init_weights=xl.safetensors", Value = "3" },
        ["transformer-xl temperature"] = new() { With = "init_weights=xl.safetensors", Value = "0" },
        ["transformer-xl top_k"] = new() { With = "init_weights=xl.safetensors", Value = "1" },
        ["transformer-xl restart"] = new() { Elsewhere = "it needs a checkpoint; TransformerXlTests hold it" },

        // Of the model-parallel LSTM.
        ["model-parallel data"] = new() { Value = "other" },
        ["model-parallel buckets"] = new() { Value = "none" },
        ["model-parallel sentence_end"] = new() { With = "data=dotted", When = "it cuts lines at their periods" },
        ["model-parallel micro_batches"] = new() { Value = "2" },
        ["model-parallel eval_batch_size"] = new()
        {
            Elsewhere = "it sets the memory of an evaluation, never its result",
            Demand = trace => trace.Evidence.Any(line => line.StartsWith("evaluations.csv 3,", StringComparison.Ordinal)),
        },
        ["model-parallel stages"] = new() { Value = "1" },
        ["model-parallel devices"] = new()
        {
            Value = "cpu,cpu", Elsewhere = "stages that are threads have the same results; their bubble can be measured",
            Demand = trace => trace.Output.Contains("bubble", StringComparison.Ordinal) && !trace.Output.Contains("bubble not measured", StringComparison.Ordinal),
        },
        ["model-parallel placement"] = new() { With = "num_layers=3", Value = "0,1,1" },
        ["model-parallel stage_memory"] = new() { Value = "100", Elsewhere = "it is a limit on what a measurement finds; PlacementTests hold it" },
        ["model-parallel timeline_steps"] = new() { With = "max_steps=8", Value = "0", When = "it begins with the sixth step" },
        ["model-parallel clip"] = new() { Value = "0.1" },
        ["model-parallel clip_scope"] = new() { With = "compressor=topk clip=0.1", When = OfWhatIsCompressed },
        ["model-parallel num_round"] = new() { With = "max_steps=0", Value = "1", When = AtTheEndOfAnEpoch },
    };

    /// <summary>What is known of an option of a verb.</summary>
    public static OptionCase Of(string verb, string option) =>
        s_cases.GetValueOrDefault($"{verb} {option}") ?? s_cases.GetValueOrDefault(option) ?? s_plain;
}
