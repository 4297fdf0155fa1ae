<#
.SYNOPSIS
    Signs the module's own files and creates a signed catalog of all files. Works on Windows only: no other system has Authenticode.
.PARAMETER Folder
    The packaged module.
.PARAMETER Certificate
    The certificate for code signing, with its private key.
.PARAMETER TimestampServer
    The address of a timestamp server. Without a timestamp, a signature expires with its certificate.
#>
param(
    [Parameter(Mandatory)] [string] $Folder,
    [Parameter(Mandatory)] [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate,
    [Parameter(Mandatory)] [string] $TimestampServer
)

$ErrorActionPreference = 'Stop'
if ($env:OS -ne 'Windows_NT') { throw 'Only Windows signs files with Authenticode.' }

# Third-party assemblies keep their own signatures.
$own = Get-ChildItem $Folder -Recurse -File -Include 'PasswordBoss.EntraConnector*.dll', '*.ps1', '*.psm1', '*.psd1', '*.ps1xml'
$own | Set-AuthenticodeSignature -Certificate $Certificate -HashAlgorithm SHA256 -TimestampServer $TimestampServer -IncludeChain All | ForEach-Object {
    if ($_.Status -ne 'Valid') { throw "$($_.Path) is not signed: $($_.StatusMessage)" }
}

# Install-Module looks for a catalog with the module's name. It is created last, because it contains the hash of every other file.
$catalog = Join-Path $Folder 'PasswordBoss.EntraConnector.cat'
$null = New-FileCatalog -Path $Folder -CatalogFilePath $catalog -CatalogVersion 2
$signature = Set-AuthenticodeSignature $catalog -Certificate $Certificate -HashAlgorithm SHA256 -TimestampServer $TimestampServer -IncludeChain All
if ($signature.Status -ne 'Valid') { throw "The catalog is not signed: $($signature.StatusMessage)" }
if ((Test-FileCatalog -Path $Folder -CatalogFilePath $catalog -FilesToSkip (Split-Path $catalog -Leaf)) -ne 'Valid') { throw 'The catalog does not agree with the files.' }
