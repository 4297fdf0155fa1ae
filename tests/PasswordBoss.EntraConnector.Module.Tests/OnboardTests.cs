using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Module.Tests.Servers;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The script that connects the customers of a CSV file, against sandboxes that are served over HTTPS.</summary>
[Trait("Speed", "Slow")]
[Collection("Onboarding")]
public sealed class OnboardTests : IDisposable
{
    private const string Columns = "Name,TenantId,ClientId,ClientSecret,PasswordBossUri,PasswordBossToken,AuthorityHost,GraphEndpoint,UserGroup,AdditionalGroup,Tag";

    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
    private readonly List<ServerProcess> servers = [];

    private string Csv => Path.Combine(folder, "customers.csv");

    public void Dispose()
    {
        foreach (var server in servers)
            server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [SkippableFact]
    public void Each_row_is_verified_connected_and_reported_and_a_second_run_continues()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        for (var i = 0; i < 3; i++)
            servers.Add(ServerProcess.StartSandbox());
        // A file as Excel writes it: a byte order mark, semicolons, and quoted cells that contain semicolons.
        Write(new UTF8Encoding(true), ';', Row("Bodø", 0, "Design Studio; Finance", "gold; pilot"), Row("Bryne", 1, "", "gold"), Row("Tromsø", 2, "Design Studio", "", secret: "wrong"));

        Assert.Equal(["Bodø Verified ", "Bryne Verified ", "Tromsø Failed SecretWrong"], Onboard("-WhatIf"));
        Assert.Equal([], Stored());

        Assert.Equal(["Bodø Connected ", "Bryne Connected ", "Tromsø Failed SecretWrong"], Onboard());
        Assert.Equal(["Bodø: Password Boss Users: Design Studio, Finance: gold, pilot", "Bryne: Password Boss Users: : gold"], Stored());

        // The row is corrected. The file has another format, and one column that the script does not use.
        Write(new UTF8Encoding(false), ',', Row("Bodø", 0, "Design Studio", "gold"), Row("Bryne", 1, "Design Studio", "gold"), Row("Tromsø", 2, "Design Studio", "silver"));
        Assert.Equal(["Bodø Present ", "Bryne Present ", "Tromsø Connected "], Onboard());
        Assert.Equal(["Bodø Updated ", "Bryne Updated ", "Tromsø Updated "], Onboard("-Update"));
        Assert.Equal(
            ["Bodø: Password Boss Users: Design Studio: gold", "Bryne: Password Boss Users: Design Studio: gold", "Tromsø: Password Boss Users: Design Studio: silver"], Stored());

        // The script was stopped between the two steps of a row.
        Run("Set-PBConnection -Name Bodø, Bryne -Tag @()");
        Assert.Equal(["Bodø Present ", "Bryne Present ", "Tromsø Present "], Onboard());
        Assert.Equal(["Bodø", "Bryne"], Run("Get-PBConnection -Tag gold | ForEach-Object Connection"));

        // A new secret for all of them.
        var rotated = Run($"""
            $failed = @()
            Get-PBConnection -Name * | Connect-PBEntra -ClientSecret ({Secret("wrong")}) -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed | ForEach-Object FullyQualifiedErrorId
            Get-PBConnection -Tag gold | Connect-PBEntra -ClientSecret ({Secret(SandboxCredentials.ClientSecret)}) | ForEach-Object Connection
            """);
        Assert.Equal([.. Enumerable.Repeat("SecretWrong,PasswordBoss.EntraConnector.Commands.ConnectPBEntraCommand", 3), "Bodø", "Bryne"], rotated);
        Assert.Equal(
            ["Bodø: Password Boss Users: Design Studio: gold", "Bryne: Password Boss Users: Design Studio: gold", "Tromsø: Password Boss Users: Design Studio: silver"], Stored());
    }

    [SkippableFact]
    public void One_script_onboards_backs_up_moves_restores_and_rotates()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        for (var i = 0; i < 2; i++)
            servers.Add(ServerProcess.StartSandbox());
        Write(new UTF8Encoding(true), ';', Row("Bodø", 0, "Design Studio", "gold"), Row("Bryne", 1, "", "gold"));

        var lines = Run($$"""
            function Sync { Invoke-PBSync -Name * -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Sort-Object Connection }
            function Links { Get-PBConnection | ForEach-Object { "$($_.Connection) $((Get-PBLink -Name $_.Connection).AccountId -join ' ')" } }

            $null = & '{{Repository.PathOf("examples", "Onboard.ps1")}}' '{{Csv}}' 6>$null
            Sync | ForEach-Object { "$($_.Connection) $($_.Mode) created $($_.Created)" }
            $links = Links
            $passphrase = {{Secret("correct horse battery staple")}}
            $null = Backup-PBState -Path '{{folder}}/fleet.pbbackup' -Passphrase $passphrase

            # Another machine: a new store with new keys.
            $env:PBENTRA_HOME = '{{folder}}/second'
            $null = Restore-PBState -Path '{{folder}}/fleet.pbbackup' -Passphrase $passphrase
            Sync | ForEach-Object { "$($_.Connection) $($_.Outcome) $($_.ErrorId)" }
            $null = Restore-PBState -Activate
            Sync | ForEach-Object { "$($_.Connection) $($_.Mode) wrote $($_.Created + $_.Adopted + $_.Updated + $_.Enabled + $_.Disabled + $_.Deleted + $_.GroupsChanged)" }
            "links kept: $(-not (Compare-Object $links (Links)))"

            # The secrets that travelled still work, and a new one replaces them.
            Get-PBConnection -Tag gold | Connect-PBEntra -ClientSecret ({{Secret(SandboxCredentials.ClientSecret)}}) | ForEach-Object { "$($_.Connection) rotated" }
            Sync | ForEach-Object { "$($_.Connection) $($_.Mode) failed $($_.Outcome -eq 'Failed')" }
            """);

        Assert.Equal(
            [
                "Bodø Full created 22", "Bryne Full created 22",
                "Bodø Refused StateNotActivated", "Bryne Refused StateNotActivated",
                "Bodø Full wrote 0", "Bryne Full wrote 0",
                "links kept: True",
                "Bodø rotated", "Bryne rotated",
                "Bodø Incremental failed False", "Bryne Incremental failed False",
            ],
            lines);
    }

    [Theory]
    [InlineData("Name,TenantId,ClientId,PasswordBossUri\nA,B,C,D", "has no column PasswordBossToken, ClientSecret or CertificateThumbprint or CertificatePath.")]
    [InlineData(Columns + "\nA,,,,,,,,,,\n a,,,,,,,,,,", "Rows 1 and 2 of ")]
    [InlineData(Columns + "\nA,,,,,,,,,,\n ,b,,,,,,,,,", "Row 2 of ")]
    [InlineData(Columns + "\n", "has no rows below its header.")]
    [InlineData(Columns + "\n\xC5lesund,,,,,,,,,,", "is not UTF-8.", "latin1")]
    public void A_file_that_cannot_be_used_is_refused_as_a_whole(string text, string message, string encoding = "utf-8")
    {
        File.WriteAllText(Csv, text, encoding == "utf-8" ? new UTF8Encoding(false) : Encoding.Latin1);

        var (exitCode, output) = Execute($"& '{Repository.PathOf("examples", "Onboard.ps1")}' '{Csv}'");

        Assert.NotEqual(0, exitCode);
        // PowerShell wraps the lines of an error, and begins each with a bar.
        Assert.Contains(message, Regex.Replace(output, @"\s+(\| )?", " "), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "state")));
    }

    private string[] Row(string name, int server, string groups, string tags, string secret = SandboxCredentials.ClientSecret) =>
    [
        name, SandboxCredentials.TenantId, SandboxCredentials.ClientId, secret, servers[server]["PasswordBossUri"], SandboxCredentials.PasswordBossToken,
        servers[server]["AuthorityHost"], servers[server]["GraphEndpoint"], "Password Boss Users", groups, tags,
    ];

    private void Write(Encoding encoding, char separator, params string[][] rows) =>
        File.WriteAllLines(Csv, rows.Prepend(Columns.Split(',')).Select(cells => string.Join(separator, cells.Select(cell => cell.Contains(separator) ? $"\"{cell}\"" : cell))), encoding);

    private List<string> Onboard(string arguments = "") =>
        Run($"& '{Repository.PathOf("examples", "Onboard.ps1")}' '{Csv}' {arguments} 6>$null | ForEach-Object {{ \"$($_.Connection) $($_.Status) $($_.ErrorId)\" }}");

    private List<string> Stored() =>
        Run("Get-PBConnection | ForEach-Object { \"$($_.Connection): $($_.UserGroup): $($_.AdditionalGroups -join ', '): $($_.Tags -join ', ')\" }");

    // The script returns the lines as one JSON text, because the console uses another encoding.
    private List<string> Run(string script)
    {
        var (exitCode, output) = Execute($"""
            $lines = @(& {"{"}
            {script}
            {"}"})
            'LINES ' + (ConvertTo-Json -InputObject $lines -Compress -EscapeHandling EscapeNonAscii)
            """);
        Assert.True(exitCode == 0, output);
        return JsonSerializer.Deserialize<List<string>>(output.Split('\n').Single(line => line.StartsWith("LINES ", StringComparison.Ordinal))[6..])!;
    }

    private (int ExitCode, string Output) Execute(string script)
    {
        var file = Path.Combine(folder, "script.ps1");
        File.WriteAllText(file, $"$ErrorActionPreference = 'Stop'; Import-Module '{Repository.Manifest}'\n" + script);
        var start = PowerShellProcess.Start(Path.Combine(folder, "state"), [file]);
        if (ServerTrust.Available)
            start.Environment["SSL_CERT_FILE"] = ServerTrust.AuthorityFile;
        return ChildProcess.Run(start);
    }

    private static string Secret(string text) => $"[System.Net.NetworkCredential]::new('', '{text}').SecurePassword";
}
