using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Devices;

/// <summary>
/// Modules on a device. TorchSharp's <c>module.to</c> puts new objects in the place of a module's parameters and disposes of the old ones, which
/// layers here hold by reference, and unties what is tied; so a module is made where it is to be.
/// </summary>
public static class DeviceModule
{
    /// <summary>Makes a module whose first values are those that it would have on the host, whatever the device.</summary>
    /// <param name="create">Makes it on the default device.</param>
    /// <param name="initialize">Draws its values, on the host.</param>
    /// <param name="device">Where it is to be.</param>
    public static TModule Create<TModule>(Func<TModule> create, Action<TModule> initialize, Device device)
        where TModule : nn.Module
    {
        var onHost = create();
        initialize(onHost);
        if (device.type == DeviceType.CPU)
        {
            return onHost;
        }

        using (onHost)
        {
            var there = OnDefault(create, device);
            foreach (var (parameter, drawn) in there.parameters().Zip(onHost.parameters()))
            {
                DeviceTransfer.Copy(parameter, drawn);
            }

            return there;
        }
    }

    private static TModule OnDefault<TModule>(Func<TModule> create, Device device)
    {
        set_default_device(device);
        try
        {
            return create();
        }
        finally
        {
            set_default_device(CPU);
        }
    }
}
