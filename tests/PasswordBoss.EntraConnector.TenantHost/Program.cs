using System;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PasswordBoss.EntraConnector.TenantHost;

// A tenant in a process of its own, for tests of the module. Its first line of output is a JSON object with the addresses, the id of the tenant and an access
// token of an admin; it ends with its standard input. Each line of input is answered with what was written, and with what the documentation does not allow.
//   --certificate F   a PKCS#12 file for HTTPS
//   --lag N           for how many requests a new object is not there yet
//   --forbid a,b      what the admin may not do: group, application, consent
string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

var tenant = new Tenant { Lag = int.Parse(Option("--lag") ?? "0", System.Globalization.CultureInfo.InvariantCulture) };
tenant.Forbidden.UnionWith((Option("--forbid") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries));
// A JSON Web Token that contains its tenant, as Graph's do.
var adminToken = "e30." + WebEncoders.Base64UrlEncode(System.Text.Encoding.UTF8.GetBytes($$"""{"tid":"{{tenant.Id}}"}""")) + ".c2ln";
tenant.Tokens[adminToken] = "admin";
await using var server = await TenantServer.StartAsync(tenant, Option("--certificate") is { } file ? X509CertificateLoader.LoadPkcs12FromFile(file, null) : null);
await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { server.Authority, server.Graph, TenantId = tenant.Id, AdminToken = adminToken }));
while (await Console.In.ReadLineAsync() is not null)
    await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { tenant.Writes, tenant.Violations }));
