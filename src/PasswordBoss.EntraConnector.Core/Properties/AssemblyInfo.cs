using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("PasswordBoss.EntraConnector.Benchmarks")]
[assembly: InternalsVisibleTo("PasswordBoss.EntraConnector.Clients.Tests")]
[assembly: InternalsVisibleTo("PasswordBoss.EntraConnector.Core.Tests")]
[assembly: InternalsVisibleTo("PasswordBoss.EntraConnector.Report.Tests")]
