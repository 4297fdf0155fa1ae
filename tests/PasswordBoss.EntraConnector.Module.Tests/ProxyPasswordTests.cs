using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>A proxy whose address in <c>HTTPS_PROXY</c> contains a password, and which refuses.</summary>
[Trait("Speed", "Slow")]
[Collection("Scripts")]
public sealed class ProxyPasswordTests : IDisposable
{
    private const string Password = "hunter2-of-this-test";
    private readonly string home = Directory.CreateTempSubdirectory("pbentra-proxy-").FullName;
    private readonly TcpListener proxy = new(IPAddress.Loopback, 0);

    public void Dispose()
    {
        proxy.Dispose();
        Directory.Delete(home, recursive: true);
    }

    [Fact]
    public void The_proxy_password_is_in_no_output_and_no_file()
    {
        proxy.Start();
        // One proxy requires credentials, and one is busy.
        _ = AnswerAsync();
        var script = Path.Combine(home, "life.ps1");
        File.WriteAllText(script, $$"""
            Import-Module '{{Repository.Manifest}}'
            $VerbosePreference = 'Continue'
            function Secure($text) { [System.Net.NetworkCredential]::new('', $text).SecurePassword }
            $id = '11111111-1111-4111-8111-111111111111'
            foreach ($name in 'A', 'B') {
                Connect-PBEntra -Name $name -TenantId $id -ClientId '22222222-2222-4222-8222-222222222222' -ClientSecret (Secure 'x') -PasswordBossUri "https://$name.invalid/" `
                    -PasswordBossToken (Secure 'token') -UserGroup '33333333-3333-4333-8333-333333333333' -SkipVerification | Out-Null
            }
            & '{{Repository.PathOf("examples", "Sync-AllTenants.ps1")}}'
            function Show($item) { "$item"; foreach ($property in $item.PSObject.Properties) { $property.Name + ': ' + $property.Value } }
            $problems = @($Error)
            foreach ($one in $problems) {
                Show $one
                for ($cause = $one.Exception; $cause; $cause = $cause.InnerException) { Show $cause; $cause.ToString() }
            }
            'errors: ' + $problems.Count
            foreach ($item in @(Get-PBConnectorStatus -Name *) + @(Get-PBSyncHistory -Name *)) { Show $item }
            """);
        var start = PowerShellProcess.Start(Path.Combine(home, "state"), [script]);
        start.Environment["HTTPS_PROXY"] = $"http://user:{Password}@127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}";

        var (_, output) = ChildProcess.Run(start);

        Assert.Contains("PBSYNC exit=1 connections=2", output, StringComparison.Ordinal);
        Assert.Contains("errors: 2", output, StringComparison.Ordinal);
        // The proxy refused, and every command reports that.
        Assert.True(output.Split("***@127.0.0.1").Length > 8, output);
        Assert.Contains("'407'", output, StringComparison.Ordinal);
        Assert.Contains("'503'", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, output, StringComparison.OrdinalIgnoreCase);
        var files = Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories).Where(file => file != script).ToList();
        Assert.Contains(files, file => file.EndsWith("state.db", StringComparison.Ordinal));
        Assert.Contains(files, file => CanaryTests.Holds(File.ReadAllBytes(file), "***@127.0.0.1"));
        Assert.DoesNotContain(files, file => CanaryTests.Holds(File.ReadAllBytes(file), Password));
    }

    private async Task AnswerAsync()
    {
        var answered = 0;
        try
        {
            while (true)
            {
                using var client = await proxy.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var head = new StringBuilder();
                var buffer = new byte[4096];
                int read;
                while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && (read = await stream.ReadAsync(buffer)) > 0)
                    head.Append(Encoding.ASCII.GetString(buffer, 0, read));
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(answered++ % 2 == 0 ? 407 : 503)} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The test has ended.
        }
    }
}
