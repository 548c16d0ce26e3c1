namespace TorchSharp;

/// <summary>Reading of single elements.</summary>
public static class TensorExtensionMethods
{
    /// <summary>The only element of a tensor.</summary>
    public static float ToSingle(this torch.Tensor value) => value.item<float>();
}
