#if NET8_0_OR_GREATER
using System.Net.Sockets;
using System.Text;
#endif

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>
/// Reports the state of a service to systemd (https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html). Sends nothing without systemd.
/// </summary>
internal sealed class ServiceNotice
{
    private readonly string? address;

    /// <summary>Creates the object; nothing is sent.</summary>
    /// <param name="address">The address of systemd's socket, as in NOTIFY_SOCKET; null if there is none.</param>
    public ServiceNotice(string? address) => this.address = address;

    /// <summary>Reports that the service has started and works.</summary>
    public void ReportAlive() => Send("READY=1\nWATCHDOG=1");

    /// <summary>Reports that the service is stopping.</summary>
    public void ReportEnd() => Send("STOPPING=1");

    // .NET Framework does not run where systemd does.
    private void Send(string text)
    {
        if (string.IsNullOrEmpty(address) || text.Length == 0)
            return;
#if NET8_0_OR_GREATER
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // An abstract address begins with a zero byte, written as @.
            socket.Connect(new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address));
            socket.Send(Encoding.UTF8.GetBytes(text));
        }
        catch (SocketException)
        {
            // systemd restarts a service that sends no reports.
        }
#endif
    }
}
