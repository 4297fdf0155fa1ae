using System;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.SandboxHost;
using PasswordBoss.EntraConnector.TenantHost;

// A tenant in its own process, for tests of the module. Its first output line is a JSON object with the addresses, the ID of the tenant and an access
// token of an admin. It ends when its standard input closes. It responds to each input line with the writes and the violations of the documentation.
//   --certificate F   a PKCS#12 file for HTTPS
//   --lag N           the number of requests for which a new object is hidden
//   --forbid a,b      forbidden actions of the admin: group, application, consent
//   --people N        that many users, and a Password Boss, under the names in the documentation; the output has the port of each host
string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

int Number(string name) => int.Parse(Option(name) ?? "0", System.Globalization.CultureInfo.InvariantCulture);

using var certificates = Option("--certificate") is { } file ? TestCertificates.FromFile(file) : null;
var directory = Option("--people") is null ? null : SandboxState.Generated(Number("--people"));
var tenant = directory is null ? new Tenant { Lag = Number("--lag") } : DocumentedHosts.CreateTenant(directory);
tenant.Forbidden.UnionWith((Option("--forbid") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries));
// A JSON Web Token that contains its tenant, as Graph's do.
var adminToken = "e30." + WebEncoders.Base64UrlEncode(System.Text.Encoding.UTF8.GetBytes($$"""{"tid":"{{tenant.Id}}"}""")) + ".c2ln";
tenant.Tokens[adminToken] = "admin";
await using var server = directory is null ? await TenantServer.StartAsync(tenant, certificates?.Server) : await TenantServer.StartAsync(tenant, null, DocumentedHosts.SignInHost);
await using var hosts = directory is null ? null : await DocumentedHosts.StartAsync(directory, server, certificates);
await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { server.Authority, server.Graph, TenantId = tenant.Id, AdminToken = adminToken, hosts?.Ports }));
while (await Console.In.ReadLineAsync() is not null)
    await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { tenant.Writes, tenant.Violations }));
