using System;
using System.IO;
using System.Net.Sockets;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Scheduling;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Tests.Scheduling;

/// <summary>A process that watches connections, and what it reports to systemd.</summary>
public sealed class WatchProcessTests : IDisposable
{
    private readonly string module = Directory.CreateTempSubdirectory("pbentra-module").FullName;

    public WatchProcessTests()
    {
        File.WriteAllText(Path.Combine(module, "Module.psd1"), "@{}");
        Directory.CreateDirectory(Path.Combine(module, "module", "core"));
        File.WriteAllText(Path.Combine(module, "module", "core", "a.dll"), "a");
    }

    public void Dispose() => Directory.Delete(module, recursive: true);

    [Theory]
    [InlineData("Module.psd1")]
    [InlineData("module/core/a.dll")]
    [InlineData("module/core/new.dll")]
    public void An_update_of_the_module_is_a_reason_to_end(string file)
    {
        using var process = new WatchProcess(module);
        Assert.Null(process.FindReasonToEnd());
        File.WriteAllText(Path.Combine(module, "README.md"), "Not loaded.");
        Assert.Null(process.FindReasonToEnd());

        var path = Path.Combine(module, file);
        File.WriteAllText(path, "another text");

        Assert.Equal(Texts.WatchUpdated(new FileInfo(path).FullName), process.FindReasonToEnd());
    }

    [Fact]
    public void A_module_that_was_removed_is_a_reason_to_end()
    {
        using var process = new WatchProcess(module);

        Directory.Delete(Path.Combine(module, "module"), recursive: true);

        Assert.NotNull(process.FindReasonToEnd());
    }

    [Fact]
    public void Too_much_memory_is_a_reason_to_end()
    {
        using var process = new WatchProcess(module, mostMemory: 1 << 20);

        Assert.Equal("Watch_MemoryFull", process.FindReasonToEnd()?.Id);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_process_reports_to_systemd_that_it_works_and_that_it_ends(bool isAbstract)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "There is no systemd.");
        var name = isAbstract ? "@pbentra-" + Guid.NewGuid() : Path.Combine(module, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name[1..] : name));
        var notice = new ServiceNotice(name);

        notice.ReportAlive();
        notice.ReportEnd();

        var buffer = new byte[100];
        Assert.Equal("READY=1\nWATCHDOG=1", Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer)));
        Assert.Equal("STOPPING=1", Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/nowhere/notify")]
    public void Without_systemd_nothing_is_reported(string? address)
    {
        var notice = new ServiceNotice(address);

        Assert.Null(Record.Exception(notice.ReportAlive));
        Assert.Null(Record.Exception(notice.ReportEnd));
    }
}
