using Compression.Core.Reporting;

namespace Compression.Experiments.Tests;

/// <summary>A command line that cannot work.</summary>
/// <param name="Arguments">The command line.</param>
/// <param name="Code">How the program must end.</param>
/// <param name="Prepare">Sets the scene; a corpus is there already.</param>
/// <param name="Says">What the one line must name: the option, and the cure.</param>
internal sealed record BadInput(string Arguments, ExitCode Code, Action<Sandbox>? Prepare, params string[] Says)
{
    private const string Tiny = "--data corpus " + Sandbox.TinyModel;
    private const string TrainingShards = "training-monolingual.tokenized.shuffled";
    private const string FirstShard = TrainingShards + "/news.en-00001-of-00100";
    private const string HeldoutShard = "heldout-monolingual.tokenized.shuffled/news.en.heldout-00000-of-00050";

    /// <summary>By name; the name says what is wrong.</summary>
    public static IReadOnlyDictionary<string, BadInput> Cases { get; } = new Dictionary<string, BadInput>
    {
        ["lab without a command"] = Usage("lab --hosts 2", "lab", "--"),
        ["lab exec without a program"] = Usage("lab exec --hosts 2", "lab exec", "--"),
        ["lab exec with a program that is not there"] = new("lab exec --hosts 2 -- no-such-program", ExitCode.Environment, null, "'no-such-program'", "PATH"),
        ["lab exec with a file that is not there"] = new("lab exec --hosts 2 -- ./no-such-program", ExitCode.Environment, null, "'./no-such-program'", "name its file"),
        ["lab with a command that names the ranks"] = Usage("lab --hosts 2 -- --num_workers 2", "--num_workers", "--hosts"),
        ["lab with a rate that is none"] = Usage("lab --rate fast -- --max_steps 1", "--rate fast", "100mbit"),
        ["lab with too many hosts"] = Usage("lab --hosts 9 -- --max_steps 1", "--hosts", "8"),
        ["lab with an option of the command before the dashes"] = Usage("lab --compressor topk", "--compressor"),
        ["lab compare with an unknown method"] = Usage("lab compare --methods topq", "topq", "topk"),
        ["lab compare with no number of local steps"] = Usage("lab compare --local_steps 8,0", "--local_steps '0'", "1,8,32"),
        ["lab compare with local steps behind the dashes"] = Usage("lab compare -- --local_steps 8", "--local_steps", "2 times"),
        ["lab compare with an unknown option behind the dashes"] = Usage("lab compare -- --stepz 3", "--stepz", "--steps"),
        ["transformer-xl with clusters beyond the vocabulary"] = Usage(
            "transformer-xl --dataset ptb --data corpus --adaptive true --cutoffs 5,5000", "--cutoffs", "5000", "vocabulary"),
        ["transformer-xl with a negative length"] = Usage("transformer-xl --mem_len -1", "--mem_len", "nearest is 0"),
        ["transformer-xl with a negative extension"] = Usage("transformer-xl --ext_len -2", "--ext_len", "nearest is 0"),
        ["transformer-xl with segments of no word"] = Usage("transformer-xl --tgt_len 0", "--tgt_len", "nearest is 1"),
        ["transformer-xl with a divisor that leaves an empty embedding"] = Usage(
            "transformer-xl --dataset ptb --data corpus --adaptive true --cutoffs 3,6 --d_model 8 --div_val 3", "--div_val 3", "width 0", "is 2"),
        ["transformer-xl with learned positions and segments longer than those"] = Usage(
            "transformer-xl --dataset ptb --data corpus --attn_type 3 --d_model 8 --n_head 2 --d_head 4 --varlen true", "--varlen true", "--attn_type"),
        ["transformer-xl in half precision with virtual workers"] = Usage(
            "transformer-xl --dataset ptb --data corpus --batch_size 4 --tgt_len 5 --eval_tgt_len 5 --eval_batch_size 2 --fp16 true --virtual_workers 2", "--fp16 true", "--num_workers"),
        ["transformer-xl with a folder that lacks a split"] = new BadInput(
            "transformer-xl --dataset ptb --data corpus", ExitCode.Environment, s => File.Delete(s.At("corpus", "ptb.valid.txt")), "ptb.valid.txt", "missing"),
        ["bench scaling with no number of machines"] = Usage("bench scaling --machines 1,two", "--machines", "'two'"),
        ["transformer-xl with a folder under two names"] = Usage("transformer-xl --work_dir a --out b", "--work_dir a", "--out b"),
        ["transformer-xl asked for a text without weights"] = Usage("transformer-xl --dataset ptb --data corpus --generate the", "--generate", "--resume"),
        ["transformer-xl with a memory that attention does not support"] = Usage(
            "transformer-xl --dataset ptb --data corpus --attn_type 2 --mem_len 3", "--mem_len 3", "--attn_type 0"),
        ["transformer-xl without its text"] = new BadInput("transformer-xl --dataset wt2", ExitCode.Environment, null, "--dataset wt2", "data wikitext"),
        ["lm1b with a hyperparameter that is no pair"] = Lm1b("lm1b --datadir lm1b --hpconfig emb_size", "'emb_size'", "key=value"),
        ["lm1b with an unknown hyperparameter"] = Lm1b("lm1b --datadir lm1b --hpconfig emb_sise=3", "emb_sise", "emb_size"),
        ["lm1b with a hyperparameter of another type"] = Lm1b("lm1b --datadir lm1b --hpconfig emb_size=many", "emb_size", "many"),
        ["lm1b with more words than the vocabulary has"] = Lm1b("lm1b --datadir lm1b --hpconfig vocab_size=13,num_sampled=6", "vocab_size", "12 words"),
        ["lm1b without data"] = new("lm1b --datadir nowhere", ExitCode.Environment, null, "--datadir", "data lm1b"),
        ["lm1b, no vocabulary"] = BrokenLm1b("1b_word_vocab.txt", File.Delete, "--datadir", "1b_word_vocab.txt"),
        ["lm1b, a vocabulary without the mark of sentences"] = BrokenLm1b("1b_word_vocab.txt", path => LeaveOut(path, "<S>"), "<S>"),
        ["lm1b, a vocabulary without the unknown word"] = BrokenLm1b("1b_word_vocab.txt", path => LeaveOut(path, "<UNK>"), "<UNK>"),
        ["lm1b, a line of the vocabulary that is none"] = BrokenLm1b("1b_word_vocab.txt", path => File.AppendAllText(path, "word\n"), "1b_word_vocab.txt", "line 13", "'word'"),
        ["lm1b, no training shards"] = BrokenLm1b(TrainingShards, path => Directory.Delete(path, recursive: true), TrainingShards, "data lm1b"),
        ["lm1b, no shard in the folder"] = BrokenLm1b(TrainingShards, path => Array.ForEach(Directory.GetFiles(path), File.Delete), TrainingShards, "no shard"),
        ["lm1b, no held-out shard"] = BrokenLm1b(HeldoutShard, File.Delete, "news.en.heldout-00000-of-00050", "no such file"),
        ["lm1b, an empty shard"] = BrokenLm1b(FirstShard, path => File.WriteAllText(path, ""), "news.en-00001-of-00100", "empty"),
        ["lm1b, a shard that is no text"] = BrokenLm1b(FirstShard, path => File.WriteAllBytes(path, [0x61, 0xff, 0xfe, 0x80, 0x0a]), "news.en-00001-of-00100", "UTF-8"),
        ["lm1b with more workers than shards"] = Lm1b($"{Sandbox.TinyLm1b} --num_workers 5".Replace("num_shards=4", "num_shards=8", StringComparison.Ordinal), "--num_workers 5", "holds 4"),
        ["lm1b with more workers than shards of tables"] = Lm1b($"{Sandbox.TinyLm1b} --num_workers 5", "--num_workers 5", "num_shards=5"),
        ["lm1b unsynchronised with gathering"] = Lm1b($"{Sandbox.TinyLm1b} --sync false --run_option MPI --num_workers 2", "--sync false", "--run_option PS"),
        ["lm1b unsynchronised with the default way"] = Lm1b($"{Sandbox.TinyLm1b} --sync false --num_workers 2", "--sync false", "--run_option PS"),
        ["lm1b unsynchronised with virtual workers"] = Lm1b($"{Sandbox.TinyLm1b} --sync false --run_option PS --virtual_workers 2", "--sync false"),
        ["lm1b with a way that is none"] = Lm1b($"{Sandbox.TinyLm1b} --run_option ALLREDUCE", "--run_option", "PS|MPI|HYBRID"),
        ["lm1b with rows compressed by what keeps a residual of its own"] = Lm1b($"{Sandbox.TinyLm1b} --row_compressor variance", "--row_compressor", "variance"),
        ["lm1b with an unknown compressor of rows"] = Lm1b($"{Sandbox.TinyLm1b} --row_compressor topq", "topq", "topk"),
        ["lm1b with a gradient clipped by its norm and overlap"] = Lm1b($"{Sandbox.TinyLm1b} --overlap true", "--overlap"),
        ["lm1b with a list of machines that is not there"] = Lm1b($"{Sandbox.TinyLm1b} --resource_info_file nowhere --num_workers 2", "--resource_info_file", "nowhere"),
        ["lm1b with a machine that is none"] = new(
            $"{Sandbox.TinyLm1b} --resource_info_file machines --num_workers 2", ExitCode.Usage, s => WriteMachines(s, "# two\nhost one:0,1\n"), "machines", "line 2"),
        ["lm1b with a folder under two names"] = Lm1b($"{Sandbox.TinyLm1b} --logdir a --out b", "--logdir a", "--out b"),
        ["bench exchanges with one rank"] = Usage("bench exchanges --num_workers 1", "--num_workers", "2"),
        ["bench exchanges of collectives in one process"] = Usage("bench exchanges --collectives --virtual_workers 4", "--collectives", "--virtual_workers"),
        ["bench exchanges with hosts that are nowhere"] = Usage("bench exchanges --hostfile nowhere", "--hostfile", "nowhere"),
        ["bench steps with no method"] = Usage("bench steps --methods ;", "--methods"),
        ["bench compressors with no such method"] = Usage("bench compressors --only topq", "--only topq"),
        ["unknown option, one letter wrong"] = Usage("--compresor topk", "--compresor", "--compressor"),
        ["unknown option with dashes inside"] = Usage("--compress-ratio 0.1", "--compress-ratio", "--compress_ratio"),
        ["unknown option with its value attached"] = Usage("--num_worker=2", "--num_worker", "--num_workers"),
        ["unknown option after a switch"] = Usage("--quiet --compresor topk", "--compresor", "--compressor"),
        ["unknown option, nothing near"] = Usage("--qqqqqqqq 1", "--qqqqqqqq", "--help"),
        ["unknown verb"] = Usage("trian --max_steps 1", "trian", "train"),
        ["unknown second word of a verb"] = Usage("list compresors", "compresors", "compressors"),
        ["a verb that needs a second word"] = Usage("list", "list compressors", "list presets"),
        ["a stray word"] = Usage("train topk", "'topk'", "--name value"),
        ["an option twice"] = Usage("--seed 1 --seed 2", "--seed", "once"),
        ["an option without a value, at the end"] = Usage("--max_steps 1 --compressor", "--compressor", "value"),
        ["an option without a value, before another"] = Usage("--compressor --max_steps 1", "--compressor", "value"),

        ["unknown compressor"] = Usage("--compressor topkk", "--compressor", "topk"),
        ["unknown quantizer in a composition"] = Usage("--compressor topk+sing", "--compressor", "sign"),
        ["compressor that is empty"] = Usage("--compressor ''", "--compressor", "name"),
        ["composition, parenthesis open"] = Usage("--compressor topk(ratio=0.1", "--compressor", "name(option=value"),
        ["composition, a plus too many"] = Usage("--compressor topk++sign", "--compressor", "joined by '+'"),
        ["composition, wrong order"] = Usage("--compressor sign+topk", "--compressor", "topk+sign"),
        ["composition, an argument twice"] = Usage("--compressor topk(ratio=0.1,ratio=0.2)", "ratio=0.2", "twice"),
        ["composition, an argument without value"] = Usage("--compressor topk(ratio)", "ratio", "option=value"),
        ["composition, unknown argument"] = Usage("--compressor topk(raito=0.1)", "raito", "ratio"),
        ["composition, ratio out of range"] = Usage("--compressor topk(ratio=2)", "ratio", "nearest is 1"),
        ["ratio 0"] = Usage("--compressor topk --compress_ratio 0", "--compress_ratio", "above 0"),
        ["ratio negative"] = Usage("--compressor topk --compress_ratio -1", "--compress_ratio", "above 0"),
        ["ratio above 1"] = Usage("--compressor topk --compress_ratio 1.5", "--compress_ratio", "nearest is 1"),
        ["ratio NaN"] = Usage("--compressor topk --compress_ratio NaN", "--compress_ratio", "number"),
        ["ratio not a number"] = Usage("--compressor topk --compress_ratio abc", "--compress_ratio", "number"),
        ["ratio empty"] = Usage("--compressor topk --compress_ratio ''", "--compress_ratio", "number"),
        ["unknown memory"] = Usage("--compressor topk --memory residul", "--memory", "residual"),
        ["a momentum memory misspelt"] = Usage("--compressor topk --memory momentun", "--memory", "momentum"),
        ["unknown exchange"] = Usage("--compressor topk --exchange ring", "--exchange", "allgather"),
        ["an exchange of another system"] = Usage("--compressor topk --exchange alltoall", "--exchange", "GRACE", "--exchange reducescatter"),
        ["a compressor of another system"] = Usage("--compressor signum", "--compressor", "GRACE", "--compressor sign --exchange 'majority(momentum=0.9)'"),
        ["an exchange for a compressor"] = Usage("--compressor powersgd", "--compressor", "--exchange powersgd"),
        ["an exchange that cannot carry the compressor"] = Usage("--compressor topk --exchange allreduce", "--exchange", "allgather"),
        ["unknown preset"] = Usage("--preset zaremba-smal", "--preset", "zaremba-small"),
        ["unknown model"] = Usage("--model grru", "--model", "the nearest is gru"),
        ["a memory on what keeps its own residual"] = Usage("--compressor variance --memory residual", "--memory", "twice"),
        ["more micro-batches than sequences"] = Usage("--compressor variance --variance_micro_batches 1000", "1000 parts", "--batch_size"),
        ["a rule for slots without a compressor"] = Usage("--compressor topk --slot decoder.*", "--slot", "pattern=compressor"),
        ["a rule for a slot that does not exist"] = Usage("--compressor topk --slot decodr.*=none", "--slot", "decoder.weight"),
        ["warm-up negative"] = Usage("--compressor topk --warmup_epochs -1", "--warmup_epochs", "nearest is 0"),
        ["overlap with local clipping"] = Usage("--overlap true --clip 1", "--overlap", "--clip_scope aggregated"),
        ["overlap with virtual workers"] = Usage("--overlap true --clip 0 --virtual_workers 2", "--overlap", "--num_workers"),
        ["groups of what is clipped by the norm of all"] = Usage("--compressor dgc --memory momentum(clipping=1) --bucket_bytes 100", "--bucket_bytes", "clipping"),
        ["groups of virtual workers' gradients"] = Usage("--bucket_bytes 100 --virtual_workers 2", "--bucket_bytes", "--num_workers"),
        ["groups of what chooses among all"] = Usage("--compressor topk(scope=global) --bucket_bytes 100", "--bucket_bytes", "scope=slot"),
        ["skipping with virtual workers"] = Usage("--on_nonfinite skip --virtual_workers 2", "--on_nonfinite", "--num_workers"),
        ["min_slot_size negative"] = Usage("--min_slot_size -1", "--min_slot_size", "nearest is 0"),

        ["num_workers 0"] = Usage("--num_workers 0", "--num_workers", "nearest is 1"),
        ["num_workers half"] = Usage("--num_workers 1.5", "--num_workers", "whole number"),
        ["num_workers in words"] = Usage("--num_workers two", "--num_workers", "whole number"),
        ["virtual and real workers together"] = Usage("--num_workers 2 --virtual_workers 2", "--virtual_workers", "--num_workers"),
        ["hostfile missing"] = Usage("--num_workers 2 --hostfile hosts", "--hostfile", "no such file"),
        ["hostfile empty"] = new("--num_workers 2 --hostfile hosts", ExitCode.Usage, s => File.WriteAllText(s.At("hosts"), "\n# none\n"), "--hostfile", "one host a line"),
        ["hostfile for one worker"] = Usage("--hostfile hosts", "--hostfile", "--num_workers"),
        ["threads negative"] = Usage("--threads -1", "--threads", "nearest is 0"),
        ["use_gpu neither true nor false"] = Usage("--use_gpu maybe", "--use_gpu", "true|false"),

        ["batch_size 0"] = Usage("--batch_size 0", "--batch_size", "nearest is 1"),
        ["batch_size beyond all numbers"] = Usage("--batch_size 99999999999", "--batch_size", "nearest is 2147483647"),
        ["bptt 0"] = Usage("--bptt 0", "--bptt", "nearest is 1"),
        ["dropout 1"] = Usage("--dropout 1", "--dropout", "below 1"),
        ["dropout negative"] = Usage("--dropout -0.1", "--dropout", "nearest is 0"),
        ["epochs 0"] = Usage("--epochs 0", "--epochs", "nearest is 1"),
        ["layers 0"] = Usage("--num_layers 0", "--num_layers", "nearest is 1"),
        ["init_lr 0"] = Usage("--init_lr 0", "--init_lr", "above 0"),
        ["init_lr infinite"] = Usage("--init_lr Infinity", "--init_lr", "number"),
        ["clip negative"] = Usage("--clip -1", "--clip", "nearest is 0"),
        ["seed negative"] = Usage("--seed -1", "--seed", "nearest is 0"),
        ["max_steps negative"] = Usage("--max_steps -5", "--max_steps", "nearest is 0"),
        ["log_interval 0"] = Usage("--log_interval 0", "--log_interval", "nearest is 1"),
        ["tied with different sizes"] = Usage($"{Tiny} --tied true".Replace("--num_hid 6", "--num_hid 8", StringComparison.Ordinal), "--tied", "--num_hid"),

        ["data folder missing"] = new("--data nowhere", ExitCode.Environment, null, "--data", "data ptb"),
        ["data folder empty"] = new("--data empty", ExitCode.Environment, s => Directory.CreateDirectory(s.At("empty")), "--data", "data ptb"),
        ["a data file missing"] = new(Tiny, ExitCode.Environment, s => File.Delete(s.At("corpus", "ptb.valid.txt")), "ptb.valid.txt", "data ptb"),
        ["a data file empty"] = new(Tiny, ExitCode.Usage, s => File.WriteAllText(s.At("corpus", "ptb.train.txt"), ""), "ptb.train.txt"),
        ["a data file that is no text"] = new(Tiny, ExitCode.Usage, s => File.WriteAllBytes(s.At("corpus", "ptb.test.txt"), [0xff, 0xfe, 0x00, 0x80]), "ptb.test.txt", "UTF-8"),
        ["too few tokens for the batch"] = Usage($"{Tiny} --num_workers 2".Replace("--batch_size 4", "--batch_size 400", StringComparison.Ordinal), "--batch_size", "largest"),
        ["too few tokens for the evaluation"] = Usage($"{Tiny} --eval_batch_size 100", "--eval_batch_size", "largest"),

        ["out is a file"] = new($"{Tiny} --out file", ExitCode.Usage, s => File.WriteAllText(s.At("file"), "kept"), "--out", "is a file"),
        ["out is empty text"] = Usage($"{Tiny} --out ''", "--out", "another --out"),
        ["out cannot be created"] = Usage($"{Tiny} --out /proc/results", "--out", "another --out"),
        ["out cannot be created, two workers"] = Usage($"{Tiny} --out /proc/results --num_workers 2", "--out", "another --out"),
        ["out holds another run"] = new($"{Tiny} --out old", ExitCode.Usage, WriteOldRun, "--out", "--resume"),

        ["init_weights missing"] = Usage($"{Tiny} --init_weights none.safetensors", "--init_weights", "no such file"),
        ["init_weights no safetensors"] = new($"{Tiny} --init_weights bad", ExitCode.Usage, s => File.WriteAllText(s.At("bad"), "not a tensor"), "--init_weights", "safetensors"),

        ["wandb neither on nor off"] = Usage("--wandb maybe", "--wandb", "disabled|offline|online"),
        ["wandb by a variable, neither on nor off"] = new(Tiny, ExitCode.Usage, s => s.Variables["WANDB_MODE"] = "onlin", "WANDB_MODE", "nearest is online"),
        ["wandb without a key"] = new($"{Tiny} --wandb online", ExitCode.Environment, null, "WANDB_API_KEY", "--wandb offline"),
        ["wandb without a key, two workers"] = new($"{Tiny} --wandb online --num_workers 2", ExitCode.Environment, null, "WANDB_API_KEY"),
        ["wandb with a key that is none"] = new($"{Tiny} --wandb online", ExitCode.Environment, s => s.Variables["WANDB_API_KEY"] = "secret", "WANDB_API_KEY", "40"),
        ["wandb project with a slash"] = Usage($"{Tiny} --wandb offline --project_name a/b", "--project_name", "'/'"),
        ["wandb project of a variable with a slash"] = new(
            $"{Tiny} --wandb offline", ExitCode.Usage, s => s.Variables["WANDB_PROJECT"] = "a/b", "--project_name", "'/'"),
        ["wandb server without a scheme"] = new($"{Tiny} --wandb offline", ExitCode.Usage, s => s.Variables["WANDB_BASE_URL"] = "localhost", "WANDB_BASE_URL"),
        ["wandb run that must exist, without a name"] = Usage($"{Tiny} --wandb offline --wandb_resume must", "--wandb_resume", "--wandb_run_id"),
        ["wandb sync without a folder"] = Usage("wandb sync", "wandb sync runs/"),
        ["wandb sync of nothing"] = Usage("wandb sync corpus", "corpus", "--wandb offline"),

        ["eval without weights"] = Usage("eval", "run's folder"),
        ["eval of nothing"] = Usage("eval nowhere", "--weights", "nowhere"),
        ["eval of a folder without checkpoint"] = new("eval corpus", ExitCode.Checkpoint, null, "--weights", "no checkpoint"),
        ["checkpoint verify of nothing"] = new("checkpoint verify nowhere", ExitCode.Checkpoint, null, "--folder", "nowhere"),
        ["checkpoint list without a folder"] = Usage("checkpoint list", "checkpoint list runs/"),
        ["data ptb from a folder without it"] = new("data ptb --from empty", ExitCode.Environment, s => Directory.CreateDirectory(s.At("empty")), "--from", "ptb.train.txt"),
        ["resume, no run at all"] = new($"{Tiny} --resume latest", ExitCode.Checkpoint, null, "--resume", "start a new run"),
        ["resume, a folder that is not there"] = new($"{Tiny} --resume nowhere", ExitCode.Checkpoint, null, "--resume", "nowhere"),
        ["resume, a folder without checkpoint"] = new($"{Tiny} --resume corpus", ExitCode.Checkpoint, null, "--resume", "no checkpoint"),
    };

    /// <summary>The same on a run that has checkpoints, in the folder <c>run</c>.</summary>
    public static IReadOnlyDictionary<string, BadInput> ResumeCases { get; } = new Dictionary<string, BadInput>
    {
        ["model file cut short"] = new("--resume run", ExitCode.Checkpoint, s => Truncate(s, "model.safetensors"), "model.safetensors", "another checkpoint"),
        ["model file, one bit flipped"] = new("--resume run", ExitCode.Checkpoint, s => FlipBit(s, "model.safetensors"), "model.safetensors", "another checkpoint"),
        ["rank file, one bit flipped"] = new("--resume run", ExitCode.Checkpoint, s => FlipBit(s, "rank-0.safetensors"), "rank-0.safetensors", "another checkpoint"),
        ["state cut short"] = new("--resume run", ExitCode.Checkpoint, s => Truncate(s, "state.json"), "state.json", "another checkpoint"),
        ["a file of the checkpoint missing"] = new("--resume run", ExitCode.Checkpoint, s => File.Delete(Newest(s, "rank-0.safetensors")), "rank-0.safetensors", "missing"),
        ["checksums changed"] = new("--resume run", ExitCode.Checkpoint, s => FlipBit(s, "SHA256SUMS"), "damaged", "another checkpoint"),
        ["configuration missing"] = new("--resume run", ExitCode.Checkpoint, s => File.Delete(s.At("run", "config.json")), "config.json", "restore"),
        ["configuration damaged"] = new("--resume run", ExitCode.Checkpoint, s => File.WriteAllText(s.At("run", "config.json"), "{"), "config.json", "restore"),
        ["another model, embedding"] = new("--resume run --emb_size 7", ExitCode.Checkpoint, null, "--emb_size", "new run"),
        ["another model, layers"] = new("--resume run --num_layers 2", ExitCode.Checkpoint, null, "--num_layers", "new run"),
        ["another world size"] = new("--resume run --num_workers 2", ExitCode.Checkpoint, null, "1 worker,", "2"),
        ["another compressor"] = new("--resume run --compressor none", ExitCode.Checkpoint, null, "--compressor", "new run"),
        ["another ratio"] = new("--resume run --compress_ratio 0.2", ExitCode.Checkpoint, null, "--compress_ratio", "0.1", "0.2"),
        ["another batch size"] = new("--resume run --batch_size 5", ExitCode.Checkpoint, null, "--batch_size", "new run"),
        ["another preset"] = new("--resume run --preset zaremba-small", ExitCode.Usage, null, "--preset", "leave"),
        ["initial weights as well"] = new("--resume run --init_weights w.safetensors", ExitCode.Usage, null, "--init_weights", "--resume"),
        ["another folder for the results"] = new("--resume run --out elsewhere", ExitCode.Usage, null, "--out", "leave"),
        ["initial weights of another shape"] = new(
            "--data corpus --out other --init_weights run/checkpoints/step-000006/model.safetensors --emb_size 6 --num_hid 9 --num_layers 1 --batch_size 4",
            ExitCode.Usage, null, "--init_weights", "--num_hid"),
        ["verify finds the flipped bit"] = new("checkpoint verify run", ExitCode.Checkpoint, s => FlipBit(s, "model.safetensors"), "model.safetensors"),
        ["the folder of a finished run again"] = new(TrainedRun.Arguments, ExitCode.Usage, null, "--out", "--resume"),
    };

    private static BadInput Usage(string arguments, params string[] says) => new(arguments, ExitCode.Usage, null, says);

    private static BadInput Lm1b(string arguments, params string[] says) => new(arguments, ExitCode.Usage, s => s.WriteBillionWords(), says);

    private static BadInput BrokenLm1b(string path, Action<string> breaks, params string[] says) =>
        new(Sandbox.TinyLm1b, ExitCode.Environment, s => breaks(Path.Combine(s.WriteBillionWords(), path)), says);

    private static void WriteMachines(Sandbox sandbox, string lines)
    {
        sandbox.WriteBillionWords();
        File.WriteAllText(sandbox.At("machines"), lines);
    }

    private static void LeaveOut(string path, string word) =>
        File.WriteAllLines(path, [.. File.ReadAllLines(path).Where(line => !line.StartsWith(word, StringComparison.Ordinal))]);

    private static void WriteOldRun(Sandbox sandbox)
    {
        Directory.CreateDirectory(sandbox.At("old"));
        File.WriteAllText(sandbox.At("old", "summary.json"), """{"status": "completed"}""");
    }

    private static string Newest(Sandbox sandbox, string file) => sandbox.At("run", "checkpoints", "step-000006", file);

    private static void Truncate(Sandbox sandbox, string file)
    {
        using var stream = File.OpenWrite(Newest(sandbox, file));
        stream.SetLength(stream.Length / 2);
    }

    private static void FlipBit(Sandbox sandbox, string file)
    {
        byte[] bytes = File.ReadAllBytes(Newest(sandbox, file));
        bytes[^(bytes.Length / 4)] ^= 1;
        File.WriteAllBytes(Newest(sandbox, file), bytes);
    }
}
